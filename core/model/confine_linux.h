// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace ca {

/// Leaves this process the open `file` and what the system's libraries read, by Landlock. Needs PR_SET_NO_NEW_PRIVS.
void restrict_files(int file);

/// Refuses system calls that start or touch other processes, open sockets or lead around such rules, by seccomp. Needs
/// PR_SET_NO_NEW_PRIVS.
void restrict_calls();

} // namespace ca
