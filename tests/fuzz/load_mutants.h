// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/first_load.h"
#include "tests/fuzz/mutants.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

/// Mutants of model files through inspection and, where it lets them pass, through the child that loads them first, forked from a
/// process in which LibTorch is warm.
namespace fuzz {

namespace fs = std::filesystem;

/// A model file to change.
struct Original {
    std::string name;
    std::string bytes;
    std::vector<ZipPart> members; ///< of an archive
};

inline Original read_original(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {file.filename().string(), {std::istreambuf_iterator<char>(stream), {}}, members(file)};
}

/// Small scripted nets; and the heads of the shared models, with no more of each weight than thousands of copies bear.
inline std::vector<Original> small_originals(const fs::path &folder)
{
    constexpr std::size_t kWeight = 4096, kHead = 100'000; // bytes
    std::vector<Original> all;
    for (const char *net : {"cnn", "attention", "mutating", "shape_if"})
        all.push_back(read_original(write_scripted_net(folder, net)));
    for (const char *name : {"clip_tiny_pictogram10.traced.pt", "vit_cifar10.scripted.pt", "mobilenet_v2_cifar10.pth",
                             "vit_cifar10.safetensors", "clip-tiny/model.safetensors"})
        if (const auto file = shared_file(std::string("models/") + name)) {
            Original head = read_original(*file);
            for (ZipPart &part : head.members)
                part.content.resize(part.name.find("/data/") == std::string::npos ? part.content.size()
                                                                                  : std::min(part.content.size(), kWeight));
            head.bytes = head.members.empty() ? head.bytes.substr(0, kHead) : zip_bytes(head.members);
            all.push_back(std::move(head));
        }
    return all;
}

/// The shared models, whole; none where they are not there.
inline std::vector<Original> large_originals()
{
    std::vector<Original> all;
    for (const char *name : {"clip_tiny_pictogram10.traced.pt", "vit_cifar10.scripted.pt", "mobilenet_v2_cifar10.pth",
                             "mobilenet_v2_cifar10.traced.pt", "vit_cifar10.safetensors"})
        if (const auto file = shared_file(std::string("models/") + name))
            all.push_back(read_original(*file));
    return all;
}

inline std::string mutant_of(const Original &original, Generator &generator)
{
    static const std::vector<std::string> marks{{"PK\x01\x02", 4}, {"PK\x03\x04", 4}, {"PK\x05\x06", 4},  "data.pkl",
                                                "__torch__",       "def forward",     "\"data_offsets\"", "\"shape\""};
    if (!original.members.empty() && below(generator, 2) == 0)
        return changed_archive(original.members, generator);
    std::string bytes = original.bytes;
    for (auto changes = 1 + below(generator, 4); changes > 0; --changes)
        change(bytes, marks, generator);
    return bytes;
}

/// What a child tells of inspection before it goes on, in memory that it shares with its parent.
struct Inspected {
    bool done = false, passed = false;
    double seconds = 0;
};

/// What became of all mutants.
struct LoadTally {
    int refused = 0;                      ///< by inspection
    int loaded = 0;                       ///< all the way
    int not_loaded = 0;                   ///< the child said why
    int ended = 0;                        ///< the child crashed, hung or grew
    std::vector<std::string> bad;         ///< what must not be: inspection that crashes or hangs, no sentence
    std::vector<double> inspection, load; ///< seconds

    void print() const
    {
        const auto percentile = [](std::vector<double> seconds, double part) {
            std::sort(seconds.begin(), seconds.end());
            return seconds.empty() ? 0 : seconds[static_cast<std::size_t>(part * static_cast<double>(seconds.size() - 1))];
        };
        std::printf("result: mutants: %zu; %d refused by inspection, %d loaded, %d not loaded, %d ended in the child, %zu bad\n",
                    inspection.size(), refused, loaded, not_loaded, ended, bad.size());
        std::printf(
            "result: inspection of a mutant: p95 %.3f s, largest %.3f s; first load: median %.2f s, p95 %.2f s, largest %.2f s\n",
            percentile(inspection, 0.95), percentile(inspection, 1), percentile(load, 0.5), percentile(load, 0.95),
            percentile(load, 1));
        for (const std::string &one : bad)
            std::printf("%s\n", one.c_str());
    }
    [[nodiscard]] double p95_of_inspection() const
    {
        std::vector<double> seconds = inspection;
        std::sort(seconds.begin(), seconds.end());
        return seconds.empty() ? 0 : seconds[seconds.size() * 95 / 100];
    }
};

/// One mutant: in a child, first inspected, then loaded where it passed.
inline void try_mutant(const fs::path &file, int number, Inspected &shared, LoadTally &tally)
{
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    new (&shared) Inspected;
    const auto begin = Clock::now();
    std::error_code ignored;
    const auto limits = ca::limits_for(ca::bytes(static_cast<std::int64_t>(fs::file_size(file, ignored))));
    const auto verdict = ca::load_in_fork(file, limits,
                                          [&]() -> ca::Status {
                                              const auto inspection_begin = Clock::now();
                                              const auto inspection = ca::inspect_file(file);
                                              shared.seconds = since(inspection_begin);
                                              shared.passed = inspection.has_value();
                                              shared.done = true;
                                              if (!inspection)
                                                  return ca::forward(inspection);
                                              const auto model = ca::load_model(file, {}, {}, {});
                                              return model ? ca::Status() : ca::Status(ca::forward(model));
                                          },
                                          {});
    const std::string sentence = verdict ? std::string() : verdict.error().text();
    tally.inspection.push_back(shared.done ? shared.seconds : since(begin));
    if (!shared.done || (!verdict && sentence.empty()))
        tally.bad.push_back("mutant " + std::to_string(number) + ": " + sentence);
    if (!shared.passed) {
        ++tally.refused;
        return;
    }
    tally.load.push_back(since(begin));
    const bool ended = !verdict && sentence.find(" was not opened: loading it") != std::string::npos;
    ++(verdict ? tally.loaded : ended ? tally.ended : tally.not_loaded);
}

/// `count` mutants of `small`, and of each 50 one of `large`. The same number, the same mutant.
inline LoadTally run_load_mutants(int count, const std::vector<Original> &small, const std::vector<Original> &large,
                                  const fs::path &folder)
{
    constexpr int kEach = 50;
    LoadTally tally;
    void *memory = mmap(nullptr, sizeof(Inspected), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return tally;
    auto *shared = new (memory) Inspected;
    for (int number = 0; number < count; ++number) {
        Generator generator(static_cast<std::uint64_t>(number));
        const auto &from = number % kEach == kEach - 1 && !large.empty() ? large : small;
        const Original &original = from[below(generator, from.size())];
        const fs::path file = folder / original.name;
        if (write_bytes(file, mutant_of(original, generator)))
            try_mutant(file, number, *shared, tally);
        std::error_code ignored;
        fs::remove(file, ignored);
    }
    munmap(memory, sizeof(Inspected));
    return tally;
}

/// LibTorch's threads do not live through a fork. OpenMP reads how many it may start when its library is loaded, so the program
/// starts itself anew with the number set.
inline void keep_to_one_thread(char **argv)
{
    if (std::getenv("OMP_NUM_THREADS"))
        return;
    setenv("OMP_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
}

/// Loads a net, so that what LibTorch does once is done. The scripted nets themselves have then been written and can be loaded.
inline bool warm_up(const fs::path &folder)
{
    return ca::load_model(write_scripted_net(folder, "cnn"), {}, {}, {}).has_value();
}

} // namespace fuzz
