// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include "core/base/json_rules.h"

namespace ca {

Result<Json> parse_json(std::string_view text, std::string_view what, int depth)
{
    // Two passes: with a callback, the library's parser walks through a whole object at the end of each object within it.
    JsonRules rules(depth);
    const bool keeps = Json::sax_parse(text.begin(), text.end(), &rules);
    if (!rules.problem().empty())
        return fail(ErrorCode::bad_format, std::string(what) + " is not usable: " + rules.problem() + ".");
    Json value =
        keeps ? Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false) : Json(Json::value_t::discarded);
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
