// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/cbor.h"

#include "core/base/json_rules.h"

namespace ca {

Result<Json> parse_cbor(std::span<const std::byte> bytes, std::string_view what, int depth)
{
    const auto *first = reinterpret_cast<const std::uint8_t *>(bytes.data());
    const auto *end = first + bytes.size();
    JsonRules rules(depth); // first: the library's reader calls itself once a level
    const bool keeps = Json::sax_parse(first, end, &rules, Json::input_format_t::cbor);
    if (!rules.problem().empty())
        return fail(ErrorCode::bad_format, std::string(what) + " is not usable: " + rules.problem() + ".");
    Json value =
        keeps ? Json::from_cbor(first, end, /*strict=*/true, /*allow_exceptions=*/false) : Json(Json::value_t::discarded);
    if (value.is_discarded())
        return fail(ErrorCode::bad_format, std::string(what) + " is not valid CBOR.");
    return value;
}

} // namespace ca
