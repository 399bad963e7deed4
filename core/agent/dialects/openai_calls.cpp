// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/openai_calls.h"

#include "core/agent/dialects/call_ids.h"
#include "core/agent/dialects/failure.h"
#include "core/agent/dialects/json_fields.h"

#include <algorithm>
#include <utility>

namespace ca {
namespace {

/// Ids are opaque: text, and of some servers numbers.
std::string id_of(const Json &value)
{
    const Json *const id = field(value, "id");
    return id && id->is_number_integer() ? id->dump() : text_field(value, "id");
}

/// Text as the model wrote it, or an object where the server has parsed it.
std::string arguments_of(const Json &function)
{
    const Json *const arguments = field(function, "arguments");
    if (!arguments)
        return {};
    return arguments->is_string() ? arguments->get<std::string>() : canonical(*arguments);
}

/// Names come whole, again in every piece, longer in every piece, or in pieces.
void merge_name(std::string &name, const std::string &piece)
{
    if (piece.empty() || piece == name)
        return;
    name = piece.starts_with(name) ? piece : name + piece;
}

} // namespace

void JsonEnd::add(std::string_view text)
{
    for (const char c : text) {
        if (is_escaped_)
            is_escaped_ = false;
        else if (in_string_ && c == '\\')
            is_escaped_ = true;
        else if (c == '"')
            in_string_ = !in_string_;
        else if (!in_string_ && (c == '{' || c == '['))
            ++depth_;
        else if (!in_string_ && (c == '}' || c == ']') && --depth_ == 0)
            is_closed_ = true;
    }
}

struct OpenAiCalls::Piece {
    std::optional<std::int64_t> index;
    std::string id, name, arguments;
};

ChatResult<void> OpenAiCalls::add(const Json &value, Deltas &deltas)
{
    const Json *const function = field(value, "function");
    Piece piece{count_field(value, "index"), id_of(value), {}, {}};
    if (function) {
        piece.name = text_field(*function, "name");
        piece.arguments = arguments_of(*function);
        if (piece.id.empty())
            piece.id = id_of(*function); // llama.cpp before pull request 13800
    }
    Part *part = part_of(piece);
    if (!part) {
        if (parts_.size() == kMostCalls)
            return bad_answer("The model wanted more tools called at once than this program does. Ask again.");
        part = &parts_.emplace_back(Part{piece.index, {}, {}, false});
    }
    if (part->call.id.empty())
        part->call.id = piece.id;
    if (part->call.arguments.empty())
        merge_name(part->call.name, piece.name);
    part->call.arguments += piece.arguments;
    part->end.add(piece.arguments);
    if (!part->call.arguments.empty())
        tell(*part, deltas);
    return {};
}

std::vector<ToolCall> OpenAiCalls::calls(std::size_t turn, Deltas &deltas)
{
    std::vector<ToolCall> calls;
    for (Part &part : parts_) {
        tell(part, deltas);
        calls.push_back(part.call);
        if (calls.back().arguments.empty())
            calls.back().arguments = "{}";
    }
    complete_ids(calls, turn);
    return calls;
}

/// By index first and id second, the latest that fits; null: it begins another.
OpenAiCalls::Part *OpenAiCalls::part_of(const Piece &piece)
{
    const auto latest = [&](auto &&fits) -> Part * {
        const auto found = std::find_if(parts_.rbegin(), parts_.rend(), fits);
        return found == parts_.rend() ? nullptr : &*found;
    };
    const auto same_index = [&](const Part &part) { return !piece.index || !part.index || part.index == piece.index; };
    if (!piece.id.empty()) {
        if (Part *const known = latest([&](const Part &part) { return part.call.id == piece.id && same_index(part); }))
            return known;
        Part *const part = latest(same_index);
        return part && part->call.id.empty() && !begins_another(*part, piece) ? part : nullptr;
    }
    Part *const part = latest(same_index);
    return part && !begins_another(*part, piece) ? part : nullptr;
}

/// A server that numbers every call 0, or none, and sends no id is told by its names: another name, or the same once more after
/// the arguments are whole, begins another call.
bool OpenAiCalls::begins_another(const Part &part, const Piece &piece)
{
    if (piece.name.empty())
        return false;
    if (part.call.arguments.empty()) // of one index it may be the name's next piece
        return !piece.index && piece.name != part.call.name;
    return piece.name != part.call.name || part.end.is_closed();
}

void OpenAiCalls::tell(Part &part, Deltas &deltas)
{
    if (!std::exchange(part.is_told, true))
        deltas.push_back({ChatDelta::Kind::call, part.call.name});
}

} // namespace ca
