// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <functional>
#include <stop_token>

namespace ca {

/// Calls `work(i)` once for each i below `count`, from at most `threads` threads (0: one per core), in no order.
/// The first error, or a stop, keeps further calls from starting; it is returned after those under way have ended.
/// What `work` throws becomes an error.
[[nodiscard]] Status parallel_for(std::size_t count, int threads, std::stop_token stop,
                                  const std::function<Status(std::size_t)> &work);

/// Threads to use where none are asked for: the cores this process may run on.
[[nodiscard]] int default_threads();

} // namespace ca
