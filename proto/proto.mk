# proto/proto.mk - the codec: bytes <-> values and messages; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_proto.la
libcd_proto_la_SOURCES = \
	proto/batch.c proto/batch.h \
	proto/bind.c proto/bind.h proto/bind_copy.h \
	proto/bind_step.c proto/bind_step.h proto/bind_step_avx2.c \
	proto/bind_steps.h \
	proto/coder.c proto/coder.h \
	proto/crc.c proto/crc.h \
	proto/crc_clmul.c proto/crc_clmul.h \
	proto/execute.c proto/execute.h \
	proto/frame.c proto/frame.h \
	proto/framing.c proto/framing.h \
	proto/inbox.c proto/inbox.h \
	proto/lz4.c proto/lz4.h \
	proto/message.c proto/message.h proto/message_fn.h \
	proto/murmur3.c proto/murmur3.h \
	proto/outbox.c proto/outbox.h \
	proto/prefix.c proto/prefix.h \
	proto/request.c proto/request.h \
	proto/response.c proto/response.h \
	proto/result.c proto/result.h \
	proto/row_reader.c proto/row_reader.h \
	proto/segment.c proto/segment.h \
	proto/server_error.def \
	proto/shard.c \
	proto/snappy.c proto/snappy.h \
	proto/token.c \
	proto/value.c proto/value.h \
	proto/value_check.c \
	proto/value_composite.c proto/value_composite.h \
	proto/value_copy.c \
	proto/value_decode.c \
	proto/value_encode.c \
	proto/value_iter.c \
	proto/value_read.c \
	proto/wire.c
# What reads and writes texts, types and errors.
noinst_LTLIBRARIES += libcd_proto_small.la
libcd_proto_small_la_CFLAGS = $(SMALL_CFLAGS)
libcd_proto_small_la_SOURCES = \
	proto/digits.c proto/digits.h \
	proto/error_body.c proto/error_body.h \
	proto/error_details.c proto/error_details.h \
	proto/event.c proto/event.def proto/event.h \
	proto/inet.c \
	proto/kind.c \
	proto/literal.h \
	proto/literal_format.c \
	proto/literal_parse.c \
	proto/literal_udt.c \
	proto/notation.c proto/notation.h \
	proto/opcode.c proto/opcode.h \
	proto/print.c proto/print.h \
	proto/scan.c proto/scan.h \
	proto/tablet.c \
	proto/text.h \
	proto/text_bytes.c \
	proto/text_duration.c \
	proto/text_number.c \
	proto/text_time.c \
	proto/timeuuid.c \
	proto/type.c proto/type.h \
	proto/type_class.c \
	proto/type_format.c \
	proto/type_parse.c \
	proto/uuid.c
libcd_proto_la_LIBADD = libcd_proto_small.la
libcoodie_la_LIBADD += libcd_proto.la
