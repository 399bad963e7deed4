// SPDX-License-Identifier: GPL-3.0-or-later
#ifdef __linux__
#include "core/model/confine_linux.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

// Source: Linux, Documentation/userspace-api/seccomp_filter.rst.

namespace ca {
namespace {

constexpr long kDenied[] = {
    SYS_socket,  SYS_socketpair,  SYS_connect,         SYS_bind,           SYS_sendto,
    SYS_sendmsg, SYS_execve,      SYS_execveat,        SYS_ptrace,         SYS_process_vm_readv,
    SYS_kill,    SYS_tkill,       SYS_rt_sigqueueinfo, SYS_pidfd_open,     SYS_process_vm_writev,
    SYS_unshare, SYS_setns,       SYS_mount,           SYS_umount2,        SYS_pidfd_send_signal,
    SYS_chroot,  SYS_bpf,         SYS_perf_event_open, SYS_io_uring_setup, SYS_rt_tgsigqueueinfo,
    SYS_keyctl,  SYS_init_module, SYS_finit_module,    SYS_kexec_load,     SYS_userfaultfd,
    SYS_reboot,
#ifdef SYS_fork
    SYS_fork,    SYS_vfork,
#endif
};

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0; // its numbers are not known here: no filter
#endif

sock_filter load(std::size_t offset)
{
    return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}

/// Skips `if_so` instructions where the loaded number passes `test` against `value`, else `if_not`.
sock_filter jump(std::uint16_t test, std::size_t value, std::uint8_t if_so, std::uint8_t if_not)
{
    return {static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), if_so, if_not, static_cast<std::uint32_t>(value)};
}

sock_filter give(std::uint32_t action)
{
    return {BPF_RET | BPF_K, 0, 0, action};
}

/// Calls are refused with an error, not with death: libraries try what they can do without.
std::vector<sock_filter> call_filter()
{
    constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
    constexpr std::uint32_t kNotThere = SECCOMP_RET_ERRNO | ENOSYS; // then the C library starts its threads with clone
    constexpr std::size_t kOtherNumbers = 0x40000000;               // x32's, on x86
    std::vector<sock_filter> filter{
        load(offsetof(seccomp_data, arch)), jump(BPF_JEQ, kArchitecture, 1, 0), give(SECCOMP_RET_KILL_PROCESS),
        load(offsetof(seccomp_data, nr)),   jump(BPF_JGE, kOtherNumbers, 0, 1), give(kRefuse),
    };
    for (const long call : kDenied) {
        filter.push_back(jump(BPF_JEQ, static_cast<std::size_t>(call), 0, 1));
        filter.push_back(give(kRefuse));
    }
    filter.push_back(jump(BPF_JEQ, SYS_clone3, 0, 1));
    filter.push_back(give(kNotThere));
    filter.push_back(jump(BPF_JEQ, SYS_clone, 0, 3));
    filter.push_back(load(offsetof(seccomp_data, args))); // the flags
    filter.push_back(jump(BPF_JSET, CLONE_THREAD, 1, 0));
    filter.push_back(give(kRefuse));
    filter.push_back(give(SECCOMP_RET_ALLOW));
    return filter;
}

} // namespace

void restrict_calls()
{
    if (kArchitecture == 0)
        return;
    std::vector<sock_filter> filter = call_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

} // namespace ca
#endif
