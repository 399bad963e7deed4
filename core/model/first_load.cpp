// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/first_load.h"

#include "core/base/json.h"
#include "core/model/confine.h"
#include "core/model/limited_child.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <optional>
#include <tuple>

namespace ca {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::int64_t kGiga = 1'000'000'000;

auto identity(const struct stat &state)
{
    const auto moment = [](const timespec &time) { return std::pair(time.tv_sec, time.tv_nsec); };
    return std::tuple(state.st_dev, state.st_ino, state.st_size, moment(state.st_mtim), moment(state.st_ctim));
}

/// A file that is open for reading, and what tells it from every other and from itself after a change.
class OpenFile {
public:
    explicit OpenFile(const fs::path &file) : descriptor_(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    {
        if (descriptor_ >= 0 && fstat(descriptor_, &state_) != 0)
            state_ = {};
    }
    OpenFile(const OpenFile &) = delete;
    OpenFile &operator=(const OpenFile &) = delete;
    ~OpenFile()
    {
        if (descriptor_ >= 0)
            close(descriptor_);
    }

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] Bytes size() const { return bytes(state_.st_size); }
    /// Whether `file` still names this file, unchanged.
    [[nodiscard]] bool is_still(const fs::path &file) const
    {
        struct stat now { };
        return stat(file.c_str(), &now) == 0 && identity(now) == identity(state_);
    }

private:
    int descriptor_;
    struct stat state_ { };
};

tl::unexpected<Error> not_opened(ErrorCode code, const fs::path &file, const std::string &why)
{
    return fail(code, "The file " + file.string() + " was not opened: " + why);
}

std::string seconds_text(milliseconds time)
{
    return to_text(std::chrono::duration<double>(time).count(), time % std::chrono::seconds(1) == milliseconds(0) ? 0 : 1) + " s";
}

/// What a signal says of the file that was being loaded.
std::string words_for(int signal)
{
    switch (signal) {
    case SIGSEGV:
    case SIGBUS:
        return "loading it crashed the process that tried it.";
    case SIGXFSZ:
        return "it wrote to a file while it was being loaded, which no model needs.";
    case SIGKILL:
        return "the system ended the process that tried it, probably because it took too much memory.";
    case SIGABRT:
        return "loading it broke off the process that tried it, as it does where memory ends or is damaged.";
    default:
        return "loading it ended the process that tried it (signal " + std::to_string(signal) + ").";
    }
}

constexpr const char *kDistrust = " Nothing else was touched. Do not trust this file; get the model from its source again.";
constexpr const char *kPatience = " If you know where it comes from, try again when the machine has less to do, or with --trust, "
                                  "which gives it four times as much.";

Status judge(const fs::path &file, const FirstLoadLimits &limits, const ChildEnd &end)
{
    const auto unsafe = [&](const std::string &why, const char *advice = kDistrust) {
        return not_opened(ErrorCode::unsafe, file, why + advice);
    };
    if (end.stopped)
        return cancelled();
    if (end.late)
        return unsafe("loading it had not ended after " + seconds_text(limits.wall) + '.', kPatience);
    if (end.signal == SIGXCPU || end.signal == SIGALRM)
        return unsafe("loading it had not ended after " + seconds_text(limits.cpu) + " of computing.", kPatience);
    if (end.signal != 0)
        return unsafe(words_for(end.signal));
    if (!end.is_clean())
        return unsafe("the process that tried it ended without a word (exit code " + std::to_string(end.exit_code) + ").");
    if (!*end.report && end.report->error().code == ErrorCode::out_of_memory)
        return unsafe("loading it takes more than " + to_text(limits.memory)
                          + " of memory, more than a file of its size should need.",
                      kPatience);
    return *end.report;
}

/// Runs `load`, whatever it throws. What libraries say about memory is told apart from what is wrong with the file.
Status guarded_load(const std::function<Status()> &load)
{
    constexpr const char *kMemory = "There was not enough memory.";
    try {
        Status status = load();
        if (!status)
            for (const char *words : {"allocate memory", "bad_alloc", "DefaultCPUAllocator"})
                if (status.error().text().find(words) != std::string::npos)
                    return fail(ErrorCode::out_of_memory, kMemory);
        return status;
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::out_of_memory, kMemory);
    } catch (const std::exception &problem) {
        return fail(ErrorCode::failed, "Loading the file failed: " + clean_text(problem.what()).substr(0, 300) + '.');
    } catch (...) {
        return fail(ErrorCode::failed, "Loading the file failed, and nothing says why.");
    }
}

std::vector<std::string> child_arguments(const fs::path &file, const LoadOptions &options)
{
    std::vector<std::string> arguments{std::string(kLoadCheck), file.string()};
    if (options.trust)
        arguments.emplace_back("--trust");
    auto sizes = options.sizes;
    if (options.size)
        sizes.insert(sizes.begin(), *options.size);
    for (const auto &[height, width] : sizes)
        arguments.push_back(std::to_string(height) + 'x' + std::to_string(width));
    return arguments;
}

/// The options that `child_arguments` made arguments of; absent where they are others.
std::optional<LoadOptions> read_arguments(const std::vector<std::string> &arguments)
{
    LoadOptions options;
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        if (arguments[i] == "--trust") {
            options.trust = true;
            continue;
        }
        long long height = 0, width = 0;
        char beyond = 0;
        if (std::sscanf(arguments[i].c_str(), "%lldx%lld%c", &height, &width, &beyond) != 2)
            return std::nullopt;
        options.sizes.emplace_back(height, width);
    }
    return arguments.size() < 2 ? std::nullopt : std::optional(std::move(options));
}

} // namespace

FirstLoadLimits limits_for(Bytes file, bool trust)
{
    // Measured with LibTorch 2.13: loading and recording ViT-B/16 (0.35 GB) takes 23 s of one core and 0.7 GB; a network of 11
    // GFLOP an image with hardly any weights 4 s and 0.7 GB, for its activations.
    const std::int64_t times = trust ? 4 : 1;
    FirstLoadLimits limits;
    limits.memory = bytes(times * (kGiga + 4 * file.value));
    limits.cpu = milliseconds(times * (8'000 + 200'000 * file.value / kGiga));
    limits.wall = milliseconds(times * (9'000 + 400'000 * file.value / kGiga));
    return limits;
}

Status load_in_child(const fs::path &program, const fs::path &file, const LoadOptions &options, std::stop_token stop)
{
    const OpenFile opened(file);
    if (opened.descriptor() < 0)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    auto child = LimitedChild::spawn(program, child_arguments(file, options), opened.descriptor());
    if (!child)
        return forward(child);
    const FirstLoadLimits limits = limits_for(opened.size(), options.trust);
    auto verdict = judge(file, limits, child->wait(limits.wall, stop));
    if (verdict && !opened.is_still(file))
        return not_opened(ErrorCode::bad_format, file, "it changed while it was being looked at. Open it again.");
    return verdict;
}

std::function<Status(const fs::path &, const LoadOptions &, std::stop_token)> first_load_by(fs::path program)
{
    if (program.empty())
        return {};
    return [program = std::move(program)](const fs::path &file, const LoadOptions &options, std::stop_token stop) {
        return load_in_child(program, file, options, std::move(stop));
    };
}

Status load_in_fork(const fs::path &file, const FirstLoadLimits &limits, const std::function<Status()> &load,
                    std::stop_token stop)
{
    const OpenFile opened(file);
    if (opened.descriptor() < 0)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    auto child = LimitedChild::fork([&] {
        limit_process(limits);
        isolate_process(opened.descriptor());
        return guarded_load(load);
    });
    return child ? judge(file, limits, child->wait(limits.wall, stop)) : Status(forward(child));
}

int load_check_main(int argc, char **argv)
{
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const auto options = read_arguments(arguments);
    struct stat state { };
    if (!options || fstat(LimitedChild::kFile, &state) != 0 || !S_ISREG(state.st_mode)
        || fcntl(LimitedChild::kReport, F_GETFD) < 0) {
        std::cerr << "This command is for the program itself, which looks at files with it. Use inspect FILE.\n";
        return 2;
    }
#ifdef SYS_close_range
    syscall(SYS_close_range, LimitedChild::kReport + 1, ~0U, 0);
#endif
    limit_process(limits_for(bytes(state.st_size), options->trust));
    if (!options->trust) // code that is trusted may read files
        isolate_process(LimitedChild::kFile);
    const Status status = guarded_load([&]() -> Status {
        const auto model = load_model(arguments[1], *options, {}, {});
        return model ? Status() : Status(forward(model));
    });
    _exit(send_report(LimitedChild::kReport, status) ? 0 : 1); // no destructors of a library that hostile code may have damaged
}

} // namespace ca
