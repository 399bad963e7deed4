// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/study_source.h"

#include "core/model/zoo.h"

#include <array>

namespace ca {
namespace {

using TextOption = std::pair<const char *, std::string Arguments::*>;
constexpr std::array kTexts{TextOption{"model", &Arguments::model}, TextOption{"weights", &Arguments::weights},
                            TextOption{"data", &Arguments::data}, TextOption{"classes", &Arguments::classes_file},
                            TextOption{"templates", &Arguments::templates_file}};

/// What means the same wherever it is said, also beside a file of that name.
bool is_known_name(const std::string &name)
{
    return find_in_zoo(name) != nullptr || name == "demo" || name == "pictogram10" || name == "cifar10";
}

/// A file that is there gets its whole path.
std::string from_the_root(const std::string &name)
{
    std::error_code failed;
    if (name.empty() || is_known_name(name) || !std::filesystem::exists(name, failed))
        return name;
    const auto whole = std::filesystem::absolute(name, failed);
    return failed ? name : whole.lexically_normal().string();
}

} // namespace

Json source_of(const Arguments &arguments)
{
    Json source{{"trust", arguments.trust}};
    for (const auto &[key, member] : kTexts)
        source[key] = from_the_root(arguments.*member);
    return source;
}

Status add_source(Arguments &arguments, const StudyFacts &facts)
{
    const Json source = facts.options.value("source", Json::object());
    for (const auto &[key, member] : kTexts) {
        if (!(arguments.*member).empty())
            continue;
        if (!source.contains(key) || !source[key].is_string())
            return fail(ErrorCode::bad_format,
                        "The study does not say where its " + std::string(key)
                            + " is. Name the model and the data by --model and --data.");
        arguments.*member = source[key].get<std::string>();
    }
    arguments.seed = facts.seed; // which images are calibrated with
    if (const Json asked = facts.options.value("asked", Json::object());
        asked.contains("preprocess") && asked["preprocess"].is_string())
        arguments.preprocess = asked["preprocess"].get<std::string>();
    arguments.trust = arguments.trust || source.value("trust", false);
    return {};
}

std::filesystem::path study_folder(const std::filesystem::path &place)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(place, ignored) || !place.has_parent_path())
        return std::filesystem::is_directory(place, ignored) ? place : std::filesystem::path(".");
    return place.parent_path();
}

} // namespace ca
