// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/fetcher.h"
#include "core/base/progress.h"
#include "core/evaluate/find_examples.h"
#include "core/evaluate/measurement.h"
#include "core/program/program.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

struct StepTime {
    StepInfo step;
    double milliseconds = 0; ///< median at batch 1
};

/// What `--max-drop` asked.
struct DropQuestion {
    double max_drop = 0;    ///< percentage points
    std::size_t images = 0; ///< that were looked at
    std::size_t of = 0;     ///< images of the split
    std::string verdict;    ///< `within`, `beyond` or `undecided`
};

/// What the command `evaluate` finds.
struct Evaluation {
    std::string model; ///< the file's name, and what was done to it
    Measurement measurement;
    std::string head, preprocess;              ///< sentences that say what was chosen, and why
    std::pair<std::string, std::string> split; ///< name and hash
    std::vector<std::string> notes;
    std::optional<DropQuestion> race;
    std::optional<ExampleSet> examples;
    std::vector<StepTime> steps; ///< in program order; empty without `--profile`
};

/// Opens, quantizes where asked to, runs and times. Writes nothing. Errors: those of opening, quantizing and running.
[[nodiscard]] Result<Evaluation> evaluate(const Arguments &arguments, const Fetch &fetch, std::stop_token stop,
                                          const Progress &progress);

} // namespace ca
