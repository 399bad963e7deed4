// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/first_load.h"

namespace ca {

/// Takes from this process, and for good, what loading a model does not need: memory, processor time, files and descriptors
/// beyond `limits`; core dumps; new privileges; life beyond the thread that started it, or beyond the time given.
void limit_process(const FirstLoadLimits &limits);

/// Takes from this process all files but the one that is open as `file` and what the system's libraries read, every way to write,
/// the network, and starting or touching other processes. Where the kernel is too old for a part of it (Landlock came with Linux
/// 5.13), that part is left out: the limits hold by themselves. Nothing on other systems than Linux.
void isolate_process(int file);

} // namespace ca
