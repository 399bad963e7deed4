// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/limited_child.h"

#include "core/model/child_report.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char **environ; // NOLINT: POSIX declares it nowhere

namespace ca {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTick = 50;     // milliseconds between two looks at the stop token
constexpr int kShortTick = 2; // the same while a process is ending

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) { }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor()
    {
        if (value_ >= 0)
            close(value_);
    }
    [[nodiscard]] int get() const { return value_; }
    [[nodiscard]] int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

tl::unexpected<Error> not_started(int reason)
{
    return fail(ErrorCode::failed,
                "The process that opens files of unknown origin could not be started: " + std::string(std::strerror(reason))
                    + ". Close other programs, or install this one again.");
}

/// A pipe whose ends lie above the descriptors that a child is given.
bool open_pipe(std::array<int, 2> &ends)
{
    std::array<int, 2> low{};
    if (pipe(low.data()) != 0)
        return false;
    constexpr int kAboveGiven = 10;
    for (std::size_t i = 0; i < 2; ++i) {
        ends.at(i) = fcntl(low.at(i), F_DUPFD_CLOEXEC, kAboveGiven);
        close(low.at(i));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return ends[0] >= 0 && ends[1] >= 0;
}

/// What of the environment a child needs: where libraries lie, the language, what tunes or checks kernels.
std::vector<std::string> child_environment()
{
    std::vector<std::string> kept{"OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "MALLOC_ARENA_MAX=1"};
    for (char **entry = environ; entry && *entry; ++entry)
        for (const std::string_view name : {"LD_LIBRARY_PATH=", "LANG=", "LC_ALL=", "LC_CTYPE=", "ATEN_CPU_CAPABILITY=",
                                            "ONEDNN_MAX_CPU_ISA=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LD_PRELOAD="})
            if (std::string_view(*entry).starts_with(name))
                kept.emplace_back(*entry);
    return kept;
}

std::vector<char *> pointers(std::vector<std::string> &texts)
{
    std::vector<char *> all;
    for (std::string &text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// posix_spawn's settings, freed at the end of the scope.
struct SpawnSettings {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

    SpawnSettings(int file, int pipe)
    {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_adddup2(&files, file, LimitedChild::kFile);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&files, pipe, LimitedChild::kReport);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none); // the command line blocks some for its threads
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    }
    SpawnSettings(const SpawnSettings &) = delete;
    SpawnSettings &operator=(const SpawnSettings &) = delete;
    ~SpawnSettings()
    {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
};

} // namespace

Result<LimitedChild> LimitedChild::spawn(const std::filesystem::path &program, const std::vector<std::string> &arguments,
                                         int file)
{
    std::array<int, 2> ends{};
    if (!open_pipe(ends))
        return not_started(errno);
    Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    const Descriptor high_file(fcntl(file, F_DUPFD_CLOEXEC, ends[1] + 1));
    std::vector<std::string> texts{program.string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    auto environment = child_environment();
    const SpawnSettings settings(high_file.get(), writing.get());
    pid_t process = -1;
    const int failed = posix_spawn(&process, program.c_str(), &settings.files, &settings.attributes, pointers(texts).data(),
                                   pointers(environment).data());
    if (failed != 0)
        return not_started(failed);
    return LimitedChild(process, reading.release());
}

Result<LimitedChild> LimitedChild::fork(const std::function<Status()> &work)
{
    std::array<int, 2> ends{};
    if (!open_pipe(ends))
        return not_started(errno);
    Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    const pid_t process = ::fork();
    if (process < 0)
        return not_started(errno);
    if (process == 0) {
        setpgid(0, 0);
        const Status status = work();
        _exit(send_report(writing.get(), status) ? 0 : 1);
    }
    setpgid(process, process); // whichever of the two comes first
    return LimitedChild(process, reading.release());
}

LimitedChild::LimitedChild(LimitedChild &&other) noexcept
    : process_(std::exchange(other.process_, -1)), pipe_(std::exchange(other.pipe_, -1)), bytes_(std::move(other.bytes_))
{
}

LimitedChild::~LimitedChild()
{
    if (process_ > 0)
        static_cast<void>(end());
    if (pipe_ >= 0)
        close(pipe_);
}

bool LimitedChild::has_ended() const
{
    siginfo_t info{};
    const int asked = waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT);
    return asked != 0 || info.si_pid == process_;
}

void LimitedChild::read_pipe()
{
    std::array<char, kLongestReport> piece{};
    while (bytes_.size() <= kLongestReport) {
        const auto got = read(pipe_, piece.data(), piece.size());
        if (got <= 0)
            return;
        bytes_.append(piece.data(), static_cast<std::size_t>(got));
    }
}

/// Ends the group, the child with it, and gives its wait status. The child is reaped last, so that its number, which is the
/// group's, cannot be another's yet.
int LimitedChild::end()
{
    kill(-process_, SIGKILL);
    kill(process_, SIGKILL);
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) { }
    process_ = -1;
    return status;
}

ChildEnd LimitedChild::wait(std::chrono::milliseconds time, const std::stop_token &stop)
{
    const auto deadline = Clock::now() + time;
    ChildEnd result;
    pollfd waiting{pipe_, POLLIN, 0};
    while (!has_ended() && !result.late && !result.stopped && bytes_.size() <= kLongestReport) {
        poll(&waiting, 1, waiting.fd < 0 ? kShortTick : kTick);
        read_pipe();
        if ((waiting.revents & (POLLHUP | POLLERR)) != 0)
            waiting.fd = -1; // closed: nothing comes any more but the end
        result.stopped = stop.stop_requested();
        result.late = Clock::now() >= deadline;
    }
    const int status = end();
    read_pipe();
    result.report = read_report(bytes_);
    result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    return result;
}

bool send_report(int descriptor, const Status &status)
{
    const std::string bytes = write_report(status);
    return write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()); // below PIPE_BUF: in one piece
}

} // namespace ca
