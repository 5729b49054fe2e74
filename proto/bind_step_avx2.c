/* SPDX-License-Identifier: MIT */
/* The steps, with texts copied thirty-two bytes at a time, and numbers turned round while they are stored,
 * where the CPU can. */
#if defined(__x86_64__) && defined(__GNUC__)

#define STEP_AVX2
#define STEP_TARGET __attribute__((target("avx2,movbe")))
#define STEP_SET cd_steps_avx2
#include "proto/bind_steps.h"

#else
typedef int cd_steps_avx2_are_not_here;
#endif
