// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/open_inputs.h"
#include "app/cli/resources.h"
#include "core/program/runtime.h"

#ifdef CA_GUI
#include <QtGlobal>
#endif

namespace ca {

int models_command(const Console &console)
{
    OrderedJson models = OrderedJson::array();
    std::vector<std::pair<std::string, std::string>> facts;
    const auto demo = demo_model();
    models.push_back(
        {{"key", "demo"}, {"available", demo.has_value()}, {"file", demo ? OrderedJson(demo->string()) : OrderedJson()}});
    facts.emplace_back("demo", demo ? "comes with the program: " + demo->string() : demo.error().sentence);
    for (const std::string &name : zoo_names()) {
        models.push_back({{"key", name}, {"available", false}, {"file", nullptr}});
        facts.emplace_back(name, "not available in this version; give a TorchScript file of the model");
    }
    return console.result({{"models", models}}, text_facts(facts));
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
