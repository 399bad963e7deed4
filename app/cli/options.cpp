// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/options.h"

#include "app/cli/method_options.h"
#include "app/cli/option_kinds.h"
#include "core/data/preprocess.h"
#include "core/scan/sensitivity.h"

#include <map>

#include <CLI/CLI.hpp>

namespace ca {
namespace {

void add_output_options(CLI::App &app, Arguments &arguments)
{
    app.add_flag("--json", arguments.json, "Print one JSON object on standard output, and nothing else there");
    app.add_flag("--quiet", arguments.quiet, "No progress and no notes");
    add_choice(
        app, "--log-level", {"error", "warning", "info", "debug"},
        [&arguments](std::size_t i) { arguments.log_level = static_cast<LogLevel>(i); }, "What standard error gets");
}

void add_model_options(CLI::App &app, Arguments &arguments, bool required = true)
{
    app.add_option("--model", arguments.model,
                   "A model file (.pt, .pth, .safetensors), a Hugging Face folder, a file that quantize wrote, demo, or one of "
                   "clip-vit-l, clip-vit-b, vit_b_16, resnet18, mobilenet_v2")
        ->required(required)
        ->type_name("M");
    app.add_option("--weights", arguments.weights, "Weights for one of the five names instead of a download: a file, or random")
        ->type_name("FILE");
    app.add_option("--classes", arguments.classes_file,
                   "Names of the classes, one a line: asked of CLIP (the data's), of the outputs of others")
        ->type_name("FILE");
    app.add_option("--templates", arguments.templates_file,
                   "Sentences for zero-shot with {} for the name, one a line (18 of CLIP's)")
        ->type_name("FILE");
    app.add_flag("--trust", arguments.trust, "Accept a file whose code does more than compute");
}

void add_data_options(CLI::App &app, Arguments &arguments, bool required)
{
    app.add_option("--data", arguments.data,
                   "pictogram10, cifar10, a folder with CIFAR binary records, or a folder of pictures (class folders, "
                   "labels.csv, or none)")
        ->required(required)
        ->type_name("D");
}

void add_work_options(CLI::App &app, Arguments &arguments)
{
    app.add_option_function<std::string>(
           "--preprocess",
           [&arguments](const std::string &text) {
               if (const auto parsed = parse_preprocess(text); text != "auto" && !parsed)
                   throw CLI::ValidationError(parsed.error().text());
               arguments.preprocess = text;
           },
           "auto, cifar10, imagenet, clip, or size=…,crop=…,filter=…,mean=a:b:c,std=a:b:c")
        ->type_name("P");
    add_integer(app, "--seed", arguments.seed, 0, kAny, "Seed of every choice; the same seed gives the same results");
    add_integer(app, "--threads", arguments.threads, 1, 4096, "Threads to use (all cores; 1 for latency)");
    add_word(app, "--device", arguments.device, {"cpu", "cuda", "mps"}, "What computes");
}

void add_evaluation_options(CLI::App &app, Arguments &arguments)
{
    add_word(app, "--head", arguments.head, {"auto", "logits", "zero-shot", "probe", "agreement"},
             "How outputs become right or wrong");
    add_integer(app, "--samples", arguments.samples, 1, kAny, "Only the first N images of a split");
}

void add_recipe_options(CLI::App &app, Arguments &arguments)
{
    app.add_option("--recipe", arguments.recipe_file, "A recipe file")->type_name("FILE");
    add_method_options(app, arguments);
    add_size_targets(app, arguments);
}

void add_study_options(CLI::App &app, Arguments &arguments)
{
    app.add_option("--output", arguments.output, "The folder that gets the study's folder (results)")->type_name("DIR");
    add_integer(app, "--trials", arguments.trials, 1, 100000, "Trials at most (24)");
    add_real(app, "--minutes", arguments.minutes, 0, true, "Minutes at most (30)");
    add_real(app, "--max-drop", arguments.max_drop, 0, false, "Percentage points of accuracy that may be lost");
    add_size_targets(app, arguments);
    add_real(app, "--max-latency", arguments.max_latency, 0, true, "Milliseconds at batch 1 at most");
    app.add_option("--provider", arguments.provider,
                   "Who advises: offline, openai, anthropic, ollama, llama.cpp, lm-studio, vllm, or an address (offline)")
        ->type_name("WORD");
    app.add_option("--llm", arguments.llm, "The provider's model")->type_name("NAME");
    app.add_option("--api-key", arguments.api_key, "Its key (OPENAI_API_KEY, ANTHROPIC_API_KEY)")->type_name("KEY");
    app.add_option("--yes-budget", arguments.yes_budget,
                   "What the advisor may use without asking: trials=24,minutes=30,tokens=200000,dollars=2 (--trials, --minutes)")
        ->type_name("LIST");
    app.add_flag("--resume", arguments.resume, "Go on with a study that is there");
    add_integer(app, "--round", arguments.round, 1, 1000,
                "Trials that are proposed at once, before what they show is looked at (4)");
    app.add_flag("!--no-latency", arguments.run_latency, "Trials are not timed; size and accuracy alone make the front");
    app.add_flag("--queue-only", arguments.queue_only,
                 "Carry out what is queued, propose the next round, and write its recipes to queue/ for run-trial");
    app.add_flag("--show-examples", arguments.show_examples, "Prediction examples");
}

void add_run(CLI::App &app, Arguments &arguments)
{
    add_model_options(app, arguments);
    add_data_options(app, arguments, true);
    add_work_options(app, arguments);
    add_evaluation_options(app, arguments);
    add_study_options(app, arguments);
    app.add_option("--study", arguments.study, "The study's name (<model>-<data>)")->type_name("NAME");
    app.add_option_function<std::string>(
           "--split",
           [](const std::string &text) {
               if (text != "holdout")
                   throw CLI::ValidationError(
                       "run searches on selection and reports holdout; for another split use the command evaluate.");
           },
           "holdout")
        ->type_name("WORD");
}

void add_run_trial(CLI::App &app, Arguments &arguments)
{
    app.add_option("--study", arguments.study_place, "The study's folder, or a file in it")->required()->type_name("FILE");
    app.add_option("--recipe", arguments.recipe_file, "The recipe to carry out")->required()->type_name("FILE");
    app.add_option("--output", arguments.output, "The file that gets the result")->required()->type_name("FILE");
    add_model_options(app, arguments, false);
    add_data_options(app, arguments, false);
    add_integer(app, "--threads", arguments.threads, 1, 4096, "Threads to use (all cores; 1 for latency)");
}

void add_merge(CLI::App &app, Arguments &arguments)
{
    app.add_option("STUDY", arguments.study_place, "The study's folder, or a file in it")->required();
    app.add_option("RESULT", arguments.files, "Files that run-trial wrote")->expected(0, -1);
    app.add_option("--failed", arguments.failed, "Queued trials that no result comes back from: T7,T9")
        ->delimiter(',')
        ->type_name("ID");
}

void add_report(CLI::App &app, Arguments &arguments)
{
    app.add_option("STUDY", arguments.study_place, "The study's folder, or a file in it")->required();
    app.add_option("--output", arguments.output, "The folder that gets the report (the study's own)")->type_name("DIR");
    app.add_flag("--verify", arguments.verify,
                 "Write nothing: read the report that is there, and look up each of its numbers in the study");
}

void add_export_format(CLI::App &app, Arguments &arguments)
{
    std::vector<std::string> formats;
    for (const ExportFormat format : kExportFormats)
        formats.push_back(to_text(format));
    add_choice(
        app, "--format", formats, [&arguments](std::size_t i) { arguments.format = kExportFormats[i]; },
        "What is written (safetensors)");
}

void add_export(CLI::App &app, Arguments &arguments)
{
    app.add_option("STUDY", arguments.study_place, "The study's folder, or a file in it")->required();
    app.add_option("TRIAL", arguments.trial, "Its trial: T7")->required();
    app.add_option("--output", arguments.output, "The file to write")->required()->type_name("FILE");
    add_export_format(app, arguments);
    add_model_options(app, arguments, false);
    add_data_options(app, arguments, false);
    add_integer(app, "--threads", arguments.threads, 1, 4096, "Threads to use (all cores)");
}

void add_quantize(CLI::App &app, Arguments &arguments)
{
    add_model_options(app, arguments);
    add_data_options(app, arguments, false);
    add_work_options(app, arguments);
    add_recipe_options(app, arguments);
    app.add_option("--output", arguments.output, "The file to write, or a folder for it")->required()->type_name("FILE");
    add_real(app, "--max-drop", arguments.max_drop, 0, false, "mixed: percentage points of accuracy that may be lost");
    add_export_format(app, arguments);
}

void add_evaluate(CLI::App &app, Arguments &arguments)
{
    add_model_options(app, arguments);
    add_data_options(app, arguments, true);
    add_work_options(app, arguments);
    add_evaluation_options(app, arguments);
    add_recipe_options(app, arguments);
    add_word(app, "--split", arguments.split, {"selection", "holdout", "all"}, "Which images");
    app.add_flag("--latency", arguments.latency, "Also time it, against the float model");
    add_integer(app, "--batch", arguments.batch, 1, 4096, "The larger batch that is timed (32)");
    app.add_flag("--profile", arguments.profile, "Also time each step");
    add_real(app, "--max-drop", arguments.max_drop, 0, false,
             "Stop as soon as it is settled whether more than so many points of accuracy are lost; mixed: that may be lost");
    app.add_flag("--show-examples", arguments.show_examples, "Images that changed, with both answers and what repairs them");
}

void add_scan(CLI::App &app, Arguments &arguments)
{
    add_model_options(app, arguments);
    add_data_options(app, arguments, false);
    add_work_options(app, arguments);
    app.add_flag_callback(
        "--no-divergence", [&arguments] { arguments.divergence = false; }, "Weights alone, also where there is data");
    add_list(app, "--formats", arguments.formats, scan_formats(), "Formats whose divergence is measured (all)");
    add_real(app, "--seconds", arguments.seconds, 0, true, "Seconds at most; then what is known is printed");
    add_integer(app, "--samples", arguments.samples, 1, kAny,
                "Calibration images, exactly (64, doubled up to 256 while the ranking of layers moves)");
    app.add_option("--output", arguments.output, "A folder for sensitivity.json, .csv and data for model-explorer")
        ->type_name("DIR");
}

} // namespace

void add_command(CLI::App &app, const std::string &name, Command command, Arguments &arguments)
{
    static const std::map<Command, const char *> kHelp{
        {Command::run, "Search for good recipes: quantize, measure, and write the results"},
        {Command::demo, "The same on the model and the data that come with the program"},
        {Command::mcp, "Serve a study's tools to an agent, over the Model Context Protocol on standard input and output"},
        {Command::run_trial, "Carry out one trial of a study on this machine"},
        {Command::merge, "Bring results of run-trial into their study"},
        {Command::export_trial, "Write a trial of a study as a file"},
        {Command::report, "Write the report of a study: PDF, HTML, Markdown, tables and charts"},
        {Command::inspect, "What a model file holds; executes nothing in it"},
        {Command::scan, "What each layer costs in each format: Beta noise, and the divergence of the output"},
        {Command::quantize, "Write a quantized model"},
        {Command::evaluate, "Measure a model's accuracy, size and latency"},
        {Command::models, "The models that --model knows by name"},
        {Command::doctor, "Versions, instruction set, devices and kernels found"}};
    CLI::App &sub = *app.add_subcommand(name, kHelp.at(command));
    add_output_options(sub, arguments);
    if (command == Command::run || command == Command::mcp)
        add_run(sub, arguments);
    if (command == Command::run_trial)
        add_run_trial(sub, arguments);
    if (command == Command::merge)
        add_merge(sub, arguments);
    if (command == Command::export_trial)
        add_export(sub, arguments);
    if (command == Command::report)
        add_report(sub, arguments);
    if (command == Command::scan)
        add_scan(sub, arguments);
    if (command == Command::quantize)
        add_quantize(sub, arguments);
    if (command == Command::evaluate)
        add_evaluate(sub, arguments);
    if (command == Command::inspect)
        sub.add_option("FILE", arguments.file, "The model file or folder, or a name that --model knows")->required();
    if (command == Command::demo) {
        add_work_options(sub, arguments);
        add_evaluation_options(sub, arguments);
        add_study_options(sub, arguments);
    }
}

std::optional<std::string> contradiction(const Arguments &arguments)
{
    if (arguments.command == Command::quantize && arguments.method.empty() && arguments.recipe_file.empty())
        return "quantize needs --method with a method's name, or --recipe with a recipe file.";
    if (auto problem = method_contradiction(arguments))
        return problem;
    const std::string &study = arguments.study;
    if (study == "." || study == ".." || study.find('/') != std::string::npos || clean_text(study) != study)
        return "--study takes a folder's name without slashes, and " + clean_text(study) + " is none.";
    const bool has_output = arguments.command == Command::mcp || arguments.command == Command::run
        || arguments.command == Command::demo || arguments.command == Command::quantize;
    if (arguments.output.empty() && has_output)
        return "--output takes the name of a file or folder, and it is empty.";
    return std::nullopt;
}

} // namespace ca
