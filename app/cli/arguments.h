// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/export_format.h"
#include "core/quantize/methods.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ca {

enum class Command {
    window,
    run,
    demo,
    mcp,
    run_trial,
    merge,
    export_trial,
    report,
    inspect,
    scan,
    quantize,
    evaluate,
    models,
    doctor
};
enum class LogLevel { error, warning, info, debug };

/// What the user asked for, checked as far as it can be without opening anything. Each command reads its part.
struct Arguments {
    Command command = Command::window;
    std::string file; ///< of `inspect` and of the window; empty: none

    std::string model, data;
    std::string weights;                      ///< of a zoo key: a file, or `random`; empty: its published ones
    std::string classes_file, templates_file; ///< of a zero-shot head; empty: the data's names, the published templates
    std::string preprocess = "auto", head = "auto", split = "holdout", device = "cpu";
    std::size_t samples = 0; ///< 0: all
    std::uint64_t seed = 0;
    int threads = 0; ///< 0: one per core
    bool trust = false;
    std::filesystem::path program; ///< this one's executable, which loads unknown files first; no option

    bool json = false, quiet = false;
    LogLevel log_level = LogLevel::info;

    std::string method, recipe_file;
    MethodOptions method_options;
    ExportFormat format = ExportFormat::safetensors; ///< of `quantize` and `export`
    std::filesystem::path output;                    ///< `quantize`: a file or folder; `run`: the folder of all studies

    bool divergence = true;           ///< of `scan`, where there is data
    std::vector<std::string> formats; ///< of `scan`; empty: all
    double seconds = 0;               ///< that a scan may take; 0: as long as it needs

    bool latency = false, profile = false;
    int batch = 32;

    std::string study;                              ///< empty: `<model>-<data>`
    std::string provider = "offline", llm, api_key; ///< who advises: empty key: the vendor's environment variable
    std::string yes_budget;                         ///< `trials=24,minutes=15`; empty: `trials` and `minutes`
    std::size_t trials = 24;
    double minutes = 30;
    bool resume = false, show_examples = false, queue_only = false;
    bool run_latency = true;                  ///< of each trial of `run`
    std::size_t round = 4;                    ///< trials that are proposed at once
    std::filesystem::path study_place;        ///< of `run-trial`, `merge`, `export`, `report`: a study's folder, or a file in it
    bool verify = false;                      ///< of `report`: it is checked, not written
    std::vector<std::string> files, failed;   ///< of `merge`: results; ids of trials that are given up
    std::string trial;                        ///< of `export`
    std::optional<double> max_drop;           ///< percentage points
    std::optional<std::int64_t> target_bytes; ///< of the exported file
    std::optional<double> target_ratio;       ///< float bytes over bytes
    std::optional<double> max_latency;        ///< milliseconds at batch 1
};

/// Help or the version: text for standard output.
struct HelpText {
    std::string text;
};
/// A sentence for standard error; exit code 2.
struct UsageError {
    std::string sentence;
};
using ParsedArguments = std::variant<Arguments, HelpText, UsageError>;

/// `words`: the command line without the program's name. `--model …` without a command means `run`; a bare file, or nothing,
/// means the window.
[[nodiscard]] ParsedArguments parse_arguments(std::vector<std::string> words);

/// "run, demo, mcp, run-trial, merge, export, report, inspect, scan, quantize, evaluate, models, doctor": for sentences.
[[nodiscard]] std::string command_names();

} // namespace ca
