// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/data_folder.h"
#include "app/cli/fetcher.h"
#include "app/cli/resources.h"
#include "core/program/runtime.h"

#ifdef CA_GUI
#include <QtGlobal>
#endif

namespace ca {
namespace {

#ifdef CA_GUI
constexpr const char *kFetching = "downloaded when it is used first";
#else
constexpr const char *kFetching = "not here; this build has no downloads";
#endif

} // namespace

int models_command(const Console &console)
{
    OrderedJson models = OrderedJson::array();
    std::vector<std::vector<std::string>> rows{{"model", "parameters", "download", "memory", "", ""}};
    const auto demo = demo_model();
    models.push_back({{"key", "demo"},
                      {"title", "clip-tiny"},
                      {"available", demo.has_value()},
                      {"file", demo ? OrderedJson(demo->string()) : OrderedJson()}});
    rows.push_back({"demo", "", "", "", "", demo ? "comes with the program" : demo.error().sentence});
    const auto data = data_folder();
    for (const ZooEntry &entry : zoo()) {
        const bool fetched = data && is_fetched(entry, *data);
        models.push_back({{"key", entry.key},
                          {"title", entry.title},
                          {"available", fetched},
                          {"file", fetched ? OrderedJson(model_path(entry, *data).string()) : OrderedJson()},
                          {"parameters", entry.parameters},
                          {"bytes", entry.bytes()},
                          {"memory", entry.memory}});
        rows.push_back({entry.key, std::to_string(entry.parameters), to_text(bytes(entry.bytes())), to_text(bytes(entry.memory)),
                        "", fetched ? "here" : kFetching});
    }
    return console.result({{"models", models}}, text_table(rows));
}

int doctor_command(const Console &console)
{
    std::vector<std::pair<std::string, std::string>> facts{{"compression-agent", CA_VERSION}};
    for (auto &fact : runtime_facts())
        facts.push_back(std::move(fact));
    const auto resources = find_resources();
    facts.emplace_back("resources", resources ? resources->string() : resources.error().sentence);
#ifdef CA_GUI
    facts.emplace_back("window", std::string("Qt ") + QT_VERSION_STR);
#else
    facts.emplace_back("window", "none in this build");
#endif
    OrderedJson json = OrderedJson::object();
    for (const auto &[name, value] : facts)
        json[name] = value;
    return console.result(json, text_facts(facts));
}

} // namespace ca
