/* SPDX-License-Identifier: MIT */
/** @file export.h  What every public header needs: linkage, visibility and the format check. */
#ifndef COODIE_EXPORT_H
#define COODIE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define COODIE_API __attribute__((visibility("default")))
#define COODIE_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#define COODIE_MUST_USE __attribute__((warn_unused_result))
#else
#define COODIE_API
#define COODIE_PRINTF(format_at, args_at)
#define COODIE_MUST_USE
#endif

#ifdef __cplusplus
#define COODIE_BEGIN extern "C" {
#define COODIE_END }
#else
#define COODIE_BEGIN
#define COODIE_END
#endif

#endif
