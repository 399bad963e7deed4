// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <set>
#include <vector>

namespace ca {
namespace {

/// Stops at what breaks a rule that the language itself does not have. Builds nothing.
class Rules final : public nlohmann::json_sax<Json> {
public:
    explicit Rules(int depth) : depth_(depth) { }

    /// The first, as the end of a sentence; empty where nothing is wrong or the text is no JSON.
    [[nodiscard]] const std::string &problem() const { return problem_; }

    bool null() override { return count(); }
    bool boolean(bool) override { return count(); }
    bool number_integer(number_integer_t) override { return count(); }
    bool number_unsigned(number_unsigned_t) override { return count(); }
    bool number_float(number_float_t, const string_t &) override { return count(); }
    bool string(string_t &) override { return count(); }
    bool binary(binary_t &) override { return count(); }
    bool start_object(std::size_t) override { return enter(); }
    bool start_array(std::size_t) override { return enter(); }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override { return false; }

    bool key(string_t &name) override
    {
        if (!keys_.back().insert(name).second)
            problem_ = "the key \"" + clean_text(name) + "\" stands twice";
        return problem_.empty();
    }

private:
    /// A value takes up to some hundred bytes once it is read, and two of the text.
    bool count()
    {
        if (++values_ > kMostJsonValues)
            problem_ = "it holds more than " + std::to_string(kMostJsonValues) + " values";
        return problem_.empty();
    }

    bool enter()
    {
        if (!count())
            return false;
        keys_.emplace_back();
        if (keys_.size() > static_cast<std::size_t>(depth_))
            problem_ = "it is nested too deeply";
        return problem_.empty();
    }

    bool leave()
    {
        keys_.pop_back();
        return true;
    }

    int depth_;
    std::size_t values_ = 0;
    std::vector<std::set<std::string>> keys_; ///< of the objects that are open; lists have none
    std::string problem_;
};

} // namespace

Result<Json> parse_json(std::string_view text, std::string_view what, int depth)
{
    // Two passes: with a callback, the library's parser walks through a whole object at the end of each object within it.
    Rules rules(depth);
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
