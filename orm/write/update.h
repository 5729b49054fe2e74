/* SPDX-License-Identifier: MIT */
/* What updates by object and by query have in common. */
#ifndef ORM_WRITE_UPDATE_H
#define ORM_WRITE_UPDATE_H

#include "orm/write/modify.h"

/* Checks assignments beside the options. `nothing`: there is nothing to assign, nothing to send. */
bool cd_update_check(struct cd_modify *mod, bool *nothing, coodie_error *err);

#endif
