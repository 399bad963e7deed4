// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/open_run.h"

#include "app/cli/constraints.h"
#include "app/cli/data_folder.h"
#include "app/cli/output_place.h"
#include "app/cli/study_source.h"
#include "core/quantize/export/export.h"
#include "core/study/store.h"

#include <algorithm>

namespace ca {
namespace {

namespace fs = std::filesystem;

/// A study that is there is not written over.
Status check_study_folder(const fs::path &folder, bool resume)
{
    std::error_code ignored;
    const bool there = fs::exists(folder / kStoreFile, ignored) || fs::exists(folder / "study.json", ignored);
    if (!there || resume)
        return check_place(folder);
    return fail(ErrorCode::unwritable,
                "There is a study in " + folder.string()
                    + " already. Go on with it (--resume), choose another --study or --output, or move it away.");
}

/// Names come from files and folders; a folder's name takes no slash.
std::string default_name(const Inputs &inputs)
{
    std::string name = clean_text(inputs.model.name + "-" + inputs.data->name);
    std::replace(name.begin(), name.end(), '/', '-');
    return name;
}

} // namespace

StudyOptions study_options(const Arguments &arguments, const Inputs &inputs)
{
    StudyOptions options;
    options.name = arguments.study.empty() ? default_name(inputs) : arguments.study;
    options.folder = arguments.output / options.name;
    options.seed = arguments.seed;
    options.samples = arguments.samples;
    options.threads = arguments.threads;
    options.max_trials = arguments.trials;
    options.minutes = arguments.minutes;
    options.head = arguments.head;
    options.preprocess = arguments.preprocess;
    options.latency = arguments.run_latency;
    options.constraints = constraints_of(arguments, predicted_bytes(inputs.model, {}));
    options.round = arguments.round;
    options.resume = arguments.resume;
    options.queue_only = arguments.queue_only;
    options.scan_cache = scan_cache_folder();
    options.source = source_of(arguments);
    return options;
}

Result<Inputs> open_run(const Arguments &arguments, const Fetch &fetch, std::stop_token stop, const Progress &progress)
{
    if (const auto possible = check_possible(arguments); !possible)
        return forward(possible);
    if (const auto place = check_place(arguments.output); !place)
        return forward(place);
    if (!arguments.study.empty())
        if (const auto place = check_study_folder(arguments.output / arguments.study, arguments.resume); !place)
            return forward(place);
    auto inputs = open_inputs(arguments, fetch, stop, progress);
    if (!inputs)
        return forward(inputs);
    if (inputs->exported)
        return fail(ErrorCode::unsupported,
                    "The file " + inputs->file.string()
                        + " is quantized already; a run begins with the float model that it came from.");
    if (const auto network = check_network(inputs->model); !network)
        return forward(network);
    if (const auto recorded = check_recorded(inputs->model); !recorded)
        return forward(recorded);
    if (const auto place = check_study_folder(study_options(arguments, *inputs).folder, arguments.resume); !place)
        return forward(place);
    return inputs;
}

} // namespace ca
