// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <set>
#include <string>
#include <vector>

namespace ca {

/// Stops at what breaks a rule that JSON and CBOR themselves do not have: nesting above `depth`, more than kMostJsonValues
/// values, a key twice in one object. Builds nothing.
class JsonRules final : public nlohmann::json_sax<Json> {
public:
    explicit JsonRules(int depth) : depth_(depth) { }

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

} // namespace ca
