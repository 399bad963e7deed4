// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/machine_facts.h"

#include "core/base/machine_memory.h"
#include "core/base/units.h"
#include "core/evaluate/latency.h"
#include "core/program/runtime.h"

#include <fstream>
#include <thread>

namespace ca {
namespace {

/// What follows `name` and a separator on the first line that begins with it, without quotes; empty where there is none.
std::string entry(const std::filesystem::path &file, std::string_view name, char separator)
{
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find(separator);
        if (!line.starts_with(name) || at == std::string::npos)
            continue;
        std::string value = line.substr(at + 1);
        std::erase(value, '"');
        return clean_text(value.substr(std::min(value.size(), value.find_first_not_of(" \t"))));
    }
    return {};
}

} // namespace

Json machine_facts(const std::filesystem::path &root)
{
    Json facts = Json::object();
    const auto set = [&facts](const char *name, const std::string &value) {
        if (!value.empty())
            facts[name] = value;
    };
    set("processor", entry(root / "proc/cpuinfo", "model name", ':'));
    if (const unsigned cores = std::thread::hardware_concurrency(); cores > 0)
        set("cores", std::to_string(cores));
    if (const auto memory = machine_memory(root))
        set("memory", to_text(*memory));
    set("system", entry(root / "etc/os-release", "PRETTY_NAME", '='));
    set("program", CA_VERSION);
    set("instruction set", instruction_set());
    for (const auto &[name, value] : runtime_facts())
        set(name.c_str(), value);
    return facts;
}

} // namespace ca
