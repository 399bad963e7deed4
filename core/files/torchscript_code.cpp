// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torchscript_code.h"

#include "core/base/json.h"
#include "core/files/script_loops.h"
#include "core/files/script_tokens.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ca {
namespace {

constexpr std::size_t kDeepestNesting = 200; // brackets or blocks; PyTorch's parser calls itself for each
constexpr int kMostOperators = 5000;         // in one statement, for the same reason
constexpr std::size_t kMostFindings = 100;
constexpr std::size_t kLongestChain = 64; // `a.b.c`

constexpr std::array<std::string_view, 4> kNamespaces{"aten", "prim", "onednn", "mkldnn"};

/// Operators that bring weights into the order that oneDNN's kernels read: all that a `__setstate__` may call.
constexpr std::array<std::string_view, 8> kPrepacking{
    "torch.to_mkldnn",
    "ops.aten.to_mkldnn",
    "torch.mkldnn_reorder_conv2d_weight",
    "ops.aten.mkldnn_reorder_conv2d_weight",
    "ops.mkldnn._reorder_convolution_weight",
    "ops.mkldnn._reorder_linear_weight",
    "ops.onednn.qconv_prepack",
    "ops.onednn.qlinear_prepack",
};

template <std::size_t N>
bool contains(const std::array<std::string_view, N> &list, std::string_view text)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// `torch.save` as it stands in the source; `rooted` where nothing stands before its first name.
struct Chain {
    std::vector<std::string_view> names;
    bool rooted = true;
    int line = 0;

    [[nodiscard]] bool prepacks() const
    {
        const std::string whole = text();
        return rooted && contains(kPrepacking, std::string_view(whole).substr(whole.starts_with("torch.ops.") ? 6 : 0));
    }

    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::string_view name : names)
            all += (all.empty() && rooted ? "" : ".") + std::string(name);
        return clean_text(all.substr(0, 200));
    }
};

/// What an operator of this name does beyond computing. These are reached as functions and as methods of any value, so the name
/// alone decides.
std::string_view deed_of_name(std::string_view name)
{
    if (name == "save")
        return "writes a file of its choosing";
    if (name == "from_file")
        return "reads a file of its choosing";
    if (name == "Print")
        return "prints";
    return name.starts_with("rpc_") ? "calls other machines" : "";
}

/// The same for a chain, with the names that lead to it.
std::string_view deed_of(const Chain &chain, bool called)
{
    const auto &names = chain.names;
    for (std::size_t i = chain.rooted ? 1 : 0; i < names.size(); ++i)
        if (const auto deed = deed_of_name(names[i]); !deed.empty())
            return deed;
    if (!chain.rooted)
        return {};
    if (names[0] == "print")
        return "prints";
    if ((names[0] == "fork" || names[0] == "awaitable") && called)
        return "starts a task of its own";
    if (names[0] == "torch" && names.size() == 1)
        return "hands on all of PyTorch's operators under another name";
    const auto is = [&](std::size_t i, std::string_view name) { return names.size() > i && names[i] == name; };
    if ((is(0, "torch") && is(1, "classes")) || (is(0, "__torch__") && is(1, "torch") && is(2, "classes")))
        return "uses a class that is not in the file";
    const std::size_t space = is(0, "torch") && is(1, "ops") ? 2 : is(0, "ops") ? 1 : 0;
    if (space == 0 || (names.size() > space && contains(kNamespaces, names[space])))
        return {};
    return "calls an operator beyond PyTorch's plain ones";
}

class Scan {
public:
    explicit Scan(const std::string &member) : member_(member) { }

    std::vector<CodeFinding> run(std::string_view source)
    {
        ScriptTokens tokens(source);
        while (const auto token = tokens.next()) {
            follow_setstate(*token);
            follow_import(*token);
            follow_nesting(*token);
            follow_chain(*token);
            add_loops(loops_.follow(*token));
            previous_ = *token;
        }
        end_chain({});
        add_loops(loops_.finish());
        return std::move(findings_);
    }

private:
    void add(int line, std::string what)
    {
        const bool told = !findings_.empty() && findings_.back().line == line && findings_.back().what == what;
        if (findings_.size() < kMostFindings && !told)
            findings_.push_back({member_, line, std::move(what)});
    }

    void add_loops(const std::vector<int> &lines)
    {
        for (const int line : lines)
            add(line, "It has a loop without an end.");
    }

    /// `import __torch__.net` is how the first versions of TorchScript named their own classes.
    void follow_import(const ScriptToken &token)
    {
        const bool names = previous_.first_in_line && (previous_.is("import") || previous_.is("from"));
        if (names && token.kind == ScriptToken::Kind::name && !token.is("__torch__"))
            add(token.line, "It imports `" + clean_text(token.text.substr(0, 200)) + "`.");
    }

    void follow_chain(const ScriptToken &token)
    {
        const bool name = token.kind == ScriptToken::Kind::name;
        const bool goes_on = !chain_.names.empty() && (name ? previous_.is(".") : token.is("."));
        if (!goes_on)
            end_chain(token);
        if (!name)
            return;
        if (chain_.names.empty())
            chain_ = {{}, !previous_.is("."), token.line};
        if (chain_.names.size() < kLongestChain)
            chain_.names.push_back(token.text);
    }

    void end_chain(const ScriptToken &next)
    {
        if (!chain_.names.empty())
            if (const auto deed = deed_of(chain_, next.is("(")); !deed.empty())
                add(chain_.line, "It " + std::string(deed) + " (`" + chain_.text() + "`).");
        chain_.names.clear();
    }

    /// Statements of `def __setstate__(…):`, which run while the model is loaded.
    void follow_setstate(const ScriptToken &token)
    {
        if (token.first_in_line && brackets_ == 0 && setstate_ && token.indent <= *setstate_)
            setstate_.reset();
        if (token.is("__setstate__") && previous_.is("def")) {
            setstate_ = previous_.indent;
            in_signature_ = true;
        } else if (setstate_ && in_signature_) {
            in_signature_ = !(token.is(":") && brackets_ == 0);
        } else if (setstate_) {
            constexpr std::array<std::string_view, 4> harmless{"annotate", "unchecked_cast", "return", "in"};
            const bool value = previous_.kind == ScriptToken::Kind::name || previous_.is(")") || previous_.is("]");
            const bool call = token.is("(") && value && !contains(harmless, previous_.text) && !chain_.prepacks()
                && (chain_.names.empty() || deed_of(chain_, true).empty()); // else a finding of its own says more
            if (call || token.is("if") || token.is("for") || token.is("while"))
                add(token.line, "It does more than assign or pack weights while the model is loaded (`__setstate__`).");
        }
    }

    void follow_nesting(const ScriptToken &token)
    {
        const bool opens = token.is("(") || token.is("[") || token.is("{");
        const bool closes = token.is(")") || token.is("]") || token.is("}");
        if (token.first_in_line && brackets_ == 0)
            operators_ = 0;
        brackets_ += opens ? 1 : 0;
        brackets_ -= closes && brackets_ > 0 ? 1 : 0;
        const bool sign = token.is("-") && previous_.kind == ScriptToken::Kind::mark && !previous_.is(")") && !previous_.is("]");
        const bool separates = token.is(",") || token.is(":") || token.is("=");
        const bool sign_of_number = sign && (previous_.is(",") || previous_.is("["));
        operators_ += token.kind == ScriptToken::Kind::mark && !separates && !sign_of_number ? 1 : 0;
        if (!nested_ && (brackets_ > kDeepestNesting || token.indent / 2 > kDeepestNesting)) {
            nested_ = true;
            add(token.line, "It is nested more than 200 levels deep, which can exhaust the reader.");
        } else if (!nested_ && operators_ > kMostOperators) {
            nested_ = true;
            add(token.line, "It has a statement of more than 5,000 operators, which can exhaust the reader.");
        }
    }

    const std::string &member_;
    ScriptToken previous_;
    ScriptLoops loops_;
    Chain chain_;
    std::size_t brackets_ = 0; ///< open ones
    int operators_ = 0;        ///< in this statement
    bool nested_ = false;      ///< too deep nesting was told
    bool in_signature_ = false;
    std::optional<std::size_t> setstate_; ///< the indent of the `def` that is open
    std::vector<CodeFinding> findings_;
};

std::string unquoted(std::string_view text)
{
    return std::string(text.size() >= 2 ? text.substr(1, text.size() - 2) : text);
}

} // namespace

std::vector<ScriptClass> script_classes(std::string_view source, const std::string &module)
{
    std::vector<ScriptClass> classes;
    std::set<std::string, std::less<>> *list = nullptr;
    ScriptTokens tokens(source);
    ScriptToken previous;
    while (const auto token = tokens.next()) {
        if (token->first_in_line)
            list = nullptr;
        if (previous.is("class") && previous.indent == 0)
            classes.push_back({module + '.' + std::string(token->text), {}, {}});
        else if (!classes.empty() && token->first_in_line && token->is("__parameters__"))
            list = &classes.back().parameters;
        else if (!classes.empty() && token->first_in_line && token->is("__buffers__"))
            list = &classes.back().buffers;
        else if (list && token->kind == ScriptToken::Kind::string)
            list->insert(unquoted(token->text));
        previous = *token;
    }
    return classes;
}

std::vector<CodeFinding> script_findings(std::string_view source, const std::string &member)
{
    return Scan(member).run(source);
}

} // namespace ca
