/* SPDX-License-Identifier: MIT */
/* What servers send (v4 section 4.2), read and written; ERROR, EVENT and RESULT have files of their
 * own. */
#ifndef PROTO_RESPONSE_H
#define PROTO_RESPONSE_H

#include "proto/message_fn.h"

cd_read_fn cd_read_supported, cd_read_authenticate;
cd_write_fn cd_write_supported, cd_write_authenticate;

#endif
