// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/latency.h"

#include "core/base/random.h"
#include "core/evaluate/machine_load.h"
#include "core/evaluate/thread_pin.h"

#include <algorithm>
#include <chrono>
#include <fstream>

namespace ca {
namespace {

constexpr int kWarmUps = 3;
constexpr int kLeastRounds = 5;

/// A net that takes part in the interleaved run.
struct Contender {
    Program program;
    Latency *latency = nullptr;
    bool needed = false; ///< a baseline that cannot run is left out; the program itself must
    BoundRun run;
    std::vector<double> times{}; // milliseconds
};

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Values as normalised images have them. The speed of dense kernels does not depend on more than that.
ImageBatch some_images(const InputSpec &input, int count)
{
    ImageBatch batch{count, input.channels, input.height, input.width, {}};
    batch.values.resize(static_cast<std::size_t>(count * input.channels * input.height * input.width));
    for (std::size_t i = 0; i < batch.values.size(); ++i)
        batch.values[i] = static_cast<float>(mix(1, i) % 4001) / 1000.0F - 2.0F;
    return batch;
}

/// Binds and warms up; leaves out the baselines that cannot run at this size.
Status get_ready(std::vector<Contender> &contenders, const ImageBatch &images, int threads, const std::stop_token &stop)
{
    for (Contender &contender : contenders) {
        contender.times.clear();
        contender.run = nullptr;
        auto bound = bind(contender.program, images, threads);
        Status status = bound ? Status() : Status(forward(bound));
        for (int i = 0; status && i < kWarmUps; ++i) {
            if (stop.stop_requested())
                return cancelled();
            status = (*bound)();
        }
        if (status)
            contender.run = *bound;
        else if (contender.needed || status.error().code == ErrorCode::cancelled)
            return status;
    }
    return {};
}

/// Rounds in which each contender runs once, each round beginning with the next one, so that what slows the machine for a while
/// slows all of them.
Status time_rounds(std::vector<Contender> &contenders, int rounds, double seconds, const std::stop_token &stop,
                   const std::function<void(int)> &report)
{
    const auto start = Clock::now();
    for (int round = 0; round < rounds; ++round) {
        if (round >= kLeastRounds && milliseconds_since(start) > seconds * 1000)
            break;
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            Contender &contender = contenders[(i + static_cast<std::size_t>(round)) % contenders.size()];
            if (!contender.run)
                continue;
            if (stop.stop_requested())
                return cancelled();
            const auto before = Clock::now();
            const Status status = contender.run();
            const double time = milliseconds_since(before);
            if (!status && (contender.needed || status.error().code == ErrorCode::cancelled))
                return status;
            if (status)
                contender.times.push_back(time);
            else // a baseline that this machine cannot run at this size
                contender = Contender{contender.program, contender.latency, false, nullptr};
        }
        report(round + 1);
    }
    return {};
}

Status time_batch(std::vector<Contender> &contenders, const InputSpec &input, int batch, const LatencyOptions &options,
                  const std::stop_token &stop, const Progress &progress)
{
    const ImageBatch images = some_images(input, batch);
    if (const auto ready = get_ready(contenders, images, options.threads, stop); !ready)
        return ready;
    const int rounds = std::max(kLeastRounds, batch == 1 ? options.rounds : options.rounds / 3);
    const auto report = [&](int done) {
        progress.report("Timing batches of " + std::to_string(batch), static_cast<std::uint64_t>(done),
                        static_cast<std::uint64_t>(rounds));
    };
    const ThreadPin pin(options.threads == 1);
    if (const auto timed = time_rounds(contenders, rounds, options.seconds, stop, report); !timed)
        return timed;
    for (Contender &contender : contenders) {
        if (contender.times.empty())
            continue;
        contender.latency->pinned = pin.is_pinned();
        (batch == 1 ? contender.latency->batch1 : contender.latency->batch_n) = median_interval(contender.times);
    }
    return {};
}

Latency stated(const std::string &provider, const std::string &compute, const LatencyOptions &options)
{
    Latency latency;
    latency.device = to_text(options.device);
    latency.threads = options.threads;
    latency.isa = instruction_set();
    latency.provider = provider;
    latency.compute = compute;
    if (options.batch > 1) // else it keeps the usual size, without times
        latency.batch = options.batch;
    return latency;
}

/// The float baselines that there are; their times go into `floats`, which must stay where it is.
std::vector<Contender> contenders_of(const FloatBaselines &baselines, const LatencyOptions &options, FloatLatency &floats)
{
    std::vector<Contender> contenders;
    const auto add = [&](std::optional<Latency> &latency, const Program &program, const char *provider, const char *compute) {
        if (program.empty())
            return;
        latency = stated(provider, compute, options);
        contenders.push_back({program, &*latency, false, nullptr});
    };
    add(floats.torchscript, baselines.torchscript, "interpreter", "fp32");
    add(floats.fused_fp32, baselines.fused_fp32, "aten", "fp32");
    add(floats.bf16, baselines.bf16, "aten", "bf16");
    return contenders;
}

/// What was timed gets the warning; a baseline that was not is left out.
void conclude(LatencyResult &result, const std::optional<std::string> &warning)
{
    if (result.program.batch1)
        result.program.warning = warning;
    for (auto *latency : {&result.floats.torchscript, &result.floats.fused_fp32, &result.floats.bf16}) {
        if (*latency && !(*latency)->batch1)
            latency->reset();
        if (*latency)
            (*latency)->warning = warning;
    }
}

} // namespace

FloatBaselines float_baselines(const Model &model, Device device)
{
    if (device != Device::cpu)
        return {{},
                on_device(model.program, device, FloatType::fp32).value_or(Program()),
                on_device(model.program, device, FloatType::bf16).value_or(Program())};
    return {model.plain, fuse(model.program).value_or(Program()), fuse_bf16(model.program).value_or(Program())};
}

Result<LatencyResult> measure_latency(const FloatBaselines &baselines, const InputSpec &input, const Program &program,
                                      const std::string &compute, bool real, const LatencyOptions &options, std::stop_token stop,
                                      const Progress &progress)
{
    LatencyResult result{stated("aten", compute, options), {}};
    result.program.real = real;
    std::vector<Contender> contenders = contenders_of(baselines, options, result.floats);
    if (real)
        contenders.push_back({program, &result.program, true, nullptr});

    const auto before = read_core_times();
    if (const auto timed = time_batch(contenders, input, 1, options, stop, progress); !timed)
        return forward(timed);
    if (options.batch > 1)
        if (const auto timed = time_batch(contenders, input, options.batch, options, stop, progress); !timed)
            return forward(timed);
    const auto after = read_core_times();
    conclude(result, before && after ? load_warning(*before, *after) : std::nullopt);
    return result;
}

std::string instruction_set_of(std::string_view flags)
{
    const auto has = [&](std::string_view flag) {
        for (std::size_t at = flags.find(flag); at != std::string_view::npos; at = flags.find(flag, at + 1)) {
            const std::size_t end = at + flag.size();
            if ((at == 0 || flags[at - 1] == ' ') && (end == flags.size() || flags[end] == ' '))
                return true;
        }
        return false;
    };
    if (has("amx_int8"))
        return "amx";
    if (has("avx512_vnni"))
        return "avx512_vnni";
    if (has("avx_vnni"))
        return "avx_vnni";
    if (has("avx512f"))
        return "avx512";
    return has("avx2") ? "avx2" : "other";
}

std::string instruction_set()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("flags"))
            return instruction_set_of(std::string_view(line).substr(std::min(line.size(), line.find(':') + 1)));
    return "other";
}

} // namespace ca
