// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <set>
#include <vector>

namespace ca {

Result<Json> parse_json(std::string_view text, std::string_view what, int depth)
{
    std::vector<std::set<std::string>> keys; // of the objects that are open
    std::string problem;
    const auto check = [&](int level, Json::parse_event_t event, Json &value) {
        if (level > depth && problem.empty())
            problem = "it is nested too deeply";
        if (event == Json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second && problem.empty()) {
            problem = "the key \"" + clean_text(value.get<std::string>()) + "\" stands twice";
        }
        return problem.empty() || event == Json::parse_event_t::object_end;
    };
    // The library's parser calls itself once a level: refuse bottomless nesting before it starts.
    int open = 0;
    for (const char c : text) {
        open += (c == '[' || c == '{') ? 1 : (c == ']' || c == '}') ? -1 : 0;
        if (open > 10000)
            return fail(ErrorCode::bad_format, std::string(what) + " is not usable: it is nested too deeply.");
    }
    Json value = Json::parse(text.begin(), text.end(), check, /*allow_exceptions=*/false);
    if (!problem.empty())
        return fail(ErrorCode::bad_format, std::string(what) + " is not usable: " + problem + ".");
    if (value.is_discarded())
        return fail(ErrorCode::bad_format, std::string(what) + " is not valid JSON.");
    return value;
}

std::string canonical(const Json &value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pretty(const OrderedJson &value)
{
    return value.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string clean_text(std::string_view text)
{
    // The library's serializer knows UTF-8; its quotes and escapes come off again by parsing what it wrote.
    const std::string quoted = Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string clean = Json::parse(quoted).get<std::string>();
    for (char &c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
    return clean;
}

} // namespace ca
