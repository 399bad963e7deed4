// SPDX-License-Identifier: GPL-3.0-or-later
// A trial of a study as a file: the one that the study kept, else the recipe carried out anew.
#include "app/cli/commands.h"

#include "app/cli/open_inputs.h"
#include "app/cli/open_recipe.h"
#include "app/cli/output_place.h"
#include "app/cli/study_source.h"
#include "core/base/atomic_file.h"
#include "core/study/load_study.h"
#include "core/study/trial_front.h"

#include <fstream>
#include <span>

namespace ca {
namespace {

namespace fs = std::filesystem;

struct Exported {
    StudyFacts facts;
    Trial trial;
    Bytes size;
};

Result<Bytes> copy_kept(const fs::path &kept, const fs::path &output)
{
    std::ifstream stream(kept, std::ios::binary);
    return write_file(output, [&](const ByteSink &sink) -> Status {
        std::string part(1U << 20U, '\0');
        while (stream.read(part.data(), static_cast<std::streamsize>(part.size())) || stream.gcount() > 0)
            if (const auto taken = sink(std::as_bytes(std::span(part.data(), static_cast<std::size_t>(stream.gcount())))); !taken)
                return taken;
        return stream.eof()
            ? Status()
            : Status(fail(ErrorCode::unreadable, "The file " + kept.string() + " cannot be read. Check the disk that it is on."));
    });
}

Result<Bytes> carry_out_anew(Arguments arguments, const StudyFacts &facts, const Trial &trial, const Console &console,
                             const std::stop_token &stop)
{
    if (const auto known = add_source(arguments, facts); !known)
        return forward(known);
    const Progress progress = console.progress();
    const auto inputs = open_inputs(arguments, console.fetch(), stop, progress);
    if (!inputs)
        return forward(inputs);
    if (inputs->model.sha256 != facts.model_sha256)
        return fail(ErrorCode::usage,
                    "The model " + inputs->file.string() + " is not the one of the study, " + facts.model_name
                        + ", or has changed since. Name it by --model.");
    if (const auto fine = check_not_input(arguments.output, {inputs->file, inputs->data ? inputs->data->path : ""}); !fine)
        return forward(fine);
    const auto model = carry_out(arguments, *inputs, {trial.recipe, {}, {}}, {}, stop, progress);
    return model ? write_as(arguments.format, *model, arguments.output, stop) : forward(model);
}

Result<Exported> export_trial(const Arguments &arguments, const Console &console, const std::stop_token &stop)
{
    const auto study = open_study(study_folder(arguments.study_place));
    if (!study)
        return forward(study);
    const auto &[store, facts] = *study;
    const auto trial = store.trial(arguments.trial);
    if (!trial)
        return forward(trial);
    const fs::path kept = store.folder() / export_path(*trial);
    if (const auto fine = check_not_input(arguments.output, {store.folder() / kStoreFile, kept}); !fine)
        return forward(fine);
    const fs::path folder = arguments.output.has_parent_path() ? arguments.output.parent_path() : fs::path(".");
    const MadeFolders made(folder);
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    std::error_code ignored;
    const bool is_kept = arguments.format == ExportFormat::safetensors && fs::exists(kept, ignored);
    const auto size = arguments.format == ExportFormat::recipe
        ? write_file(arguments.output, pretty(OrderedJson(to_json(trial->recipe))) + "\n")
        : is_kept ? copy_kept(kept, arguments.output)
                  : carry_out_anew(arguments, facts, *trial, console, stop);
    return size ? Result<Exported>(Exported{facts, *trial, *size}) : forward(size);
}

} // namespace

int export_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    const auto exported = export_trial(arguments, console, stop);
    if (!exported)
        return console.fail(exported.error());
    OrderedJson json;
    json["study"] = exported->facts.name;
    json["trial"] = exported->trial.id;
    json["recipe_hash"] = exported->trial.recipe_hash;
    json["bytes"] = exported->size.value;
    json["format"] = to_text(arguments.format);
    json["output"] = arguments.output.string();
    return console.result(json,
                          "Wrote " + clean_text(arguments.output.string()) + ": " + exported->trial.id + " of "
                              + clean_text(exported->facts.name) + ", " + clean_text(exported->trial.name) + ", "
                              + to_text(exported->size) + "\n");
}

} // namespace ca
