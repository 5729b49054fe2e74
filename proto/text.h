/* SPDX-License-Identifier: MIT */
/* The text forms of values: readers that stop where the form ends, writers without quotes. */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

#include <coodie/text.h>

#include "base/arena.h"
#include "proto/print.h"
#include "proto/scan.h"

bool cd_scan_varint(struct cd_scan *s, struct cd_arena *a, cql_varint *out);
bool cd_scan_decimal(struct cd_scan *s, struct cd_arena *a, cql_decimal *out);
bool cd_scan_date(struct cd_scan *s, cql_date *out);
bool cd_scan_time(struct cd_scan *s, cql_time *out);
bool cd_scan_timestamp(struct cd_scan *s, cql_timestamp *out);
bool cd_scan_duration(struct cd_scan *s, cql_duration *out);
/* "0x" and the digits; `*digits` are twice as many as the bytes. */
bool cd_scan_blob(struct cd_scan *s, struct cd_scan *digits);
void cd_unhex_digits(const struct cd_scan *digits, uint8_t *out);
/* A number as strtod() reads it, with a point in every locale; NaN and Infinity in any case. */
bool cd_scan_real(struct cd_scan *s, bool single, double *out);

/* Whether it is a time of a day. */
bool cd_time_is_valid(cql_time v);

void cd_print_varint(struct cd_print *p, cql_varint v);
void cd_print_decimal(struct cd_print *p, cql_decimal v);
void cd_print_date(struct cd_print *p, cql_date v);
void cd_print_time(struct cd_print *p, cql_time v);
void cd_print_timestamp(struct cd_print *p, cql_timestamp v);
void cd_print_duration(struct cd_print *p, cql_duration v);

#endif
