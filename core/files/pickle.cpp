// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pickle.h"

#include "core/base/json.h"
#include "core/files/pickle_globals.h"
#include "core/files/pickle_stack.h"

#include <algorithm>
#include <bit>
#include <utility>

// Source of the instructions: CPython, Lib/pickletools.py.

namespace ca {
namespace {

constexpr std::size_t kMostNodes = 1'000'000; // a state dict of 10,000 tensors takes 200,000
constexpr std::size_t kLongestGlobal = 2048;
constexpr std::size_t kMostNames = 64 << 20; // bytes of names of functions and classes, each time they are used
constexpr std::size_t kMostIdParts = 8;      // of a persistent id
constexpr std::size_t kMostUnknown = 100;    // names to show; the verdict does not change with more

class Machine {
public:
    Machine(std::string_view bytes, bool torchscript) : input_(bytes, problem_), stack_(problem_), torchscript_(torchscript)
    {
        tree_.nodes.emplace_back(); // what a failed pop refers to
    }

    /// The reason why it stopped, empty where the pickle was read to its end.
    std::string run(PickleTree &tree)
    {
        while (!done_ && problem_.empty()) {
            const auto op = static_cast<std::uint8_t>(input_.number(1));
            if (!problem_.empty())
                break;
            if (!constant(op) && !text(op) && !container(op) && !memo(op) && !apply(op) && !control(op))
                problem_ = "has an instruction that model files do not use (" + std::to_string(op) + ")";
            if (stack_.too_large() || tree_.nodes.size() > kMostNodes || names_ > kMostNames)
                problem_ = "is larger than any model's";
        }
        tree_.end = input_.position();
        tree = std::move(tree_);
        return problem_;
    }

private:
    void push(PickleNode node)
    {
        stack_.push(static_cast<PickleRef>(tree_.nodes.size()));
        tree_.nodes.push_back(std::move(node));
    }

    bool push_value(PickleKind kind, std::uint64_t integer = 0, double real = 0)
    {
        push({kind, static_cast<std::int64_t>(integer), real, {}, {}});
        return true;
    }

    bool push_text(PickleKind kind, std::size_t width)
    {
        push({kind, 0, 0, std::string(input_.take(input_.number(width))), {}});
        return true;
    }

    bool push_items(PickleKind kind, std::vector<PickleRef> items)
    {
        if (kind == PickleKind::dict && items.size() % 2 != 0)
            problem_ = "has a key without a value";
        push({kind, 0, 0, {}, std::move(items)});
        return true;
    }

    bool constant(std::uint8_t op)
    {
        switch (op) {
        case 'N':
            return push_value(PickleKind::none);
        case 0x88:
        case 0x89:
            return push_value(PickleKind::boolean, op == 0x88 ? 1 : 0);
        case 'K':
            return push_value(PickleKind::integer, input_.number(1));
        case 'M':
            return push_value(PickleKind::integer, input_.number(2));
        case 'J': // the one that has a sign
            push({PickleKind::integer, static_cast<std::int32_t>(static_cast<std::uint32_t>(input_.number(4))), 0, {}, {}});
            return true;
        case 0x8a:
            return long_integer();
        case 'G':
            return real();
        default:
            return false;
        }
    }

    /// Little-endian two's complement of up to 255 bytes; those that 64 bits do not hold stay bytes.
    bool long_integer()
    {
        const std::string_view digits = input_.take(input_.number(1));
        if (digits.size() > 8) {
            push({PickleKind::bytes, 0, 0, std::string(digits), {}});
            return true;
        }
        std::uint64_t value = !digits.empty() && (static_cast<std::uint8_t>(digits.back()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
        for (std::size_t i = digits.size(); i-- > 0;)
            value = (value << 8U) | static_cast<std::uint8_t>(digits[i]);
        return push_value(PickleKind::integer, value);
    }

    bool real()
    {
        std::uint64_t bits = 0; // the one big-endian number of the format
        for (const char c : input_.take(8))
            bits = (bits << 8U) | static_cast<std::uint8_t>(c);
        return push_value(PickleKind::real, 0, std::bit_cast<double>(bits));
    }

    bool text(std::uint8_t op)
    {
        switch (op) {
        case 'X':
            return push_text(PickleKind::text, 4);
        case 0x8c:
            return push_text(PickleKind::text, 1);
        case 0x8d:
            return push_text(PickleKind::text, 8);
        case 'B':
        case 'T':
            return push_text(PickleKind::bytes, 4);
        case 'C':
        case 'U':
            return push_text(PickleKind::bytes, 1);
        case 0x8e:
            return push_text(PickleKind::bytes, 8);
        default:
            return false;
        }
    }

    bool container(std::uint8_t op)
    {
        switch (op) {
        case '}':
            return push_value(PickleKind::dict);
        case ']':
            return push_value(PickleKind::list);
        case ')':
            return push_value(PickleKind::tuple);
        case '(':
            stack_.mark();
            return true;
        case 't':
            return push_items(PickleKind::tuple, stack_.pop_mark());
        case 'l':
            return push_items(PickleKind::list, stack_.pop_mark());
        case 'd':
            return push_items(PickleKind::dict, stack_.pop_mark());
        case 0x85:
        case 0x86:
        case 0x87:
            return push_items(PickleKind::tuple, stack_.pop_several(op - 0x84U));
        case 'a':
            return append(PickleKind::list, stack_.pop_several(1));
        case 'e':
            return append(PickleKind::list, stack_.pop_mark());
        case 's':
            return append(PickleKind::dict, stack_.pop_several(2));
        case 'u':
            return append(PickleKind::dict, stack_.pop_mark());
        default:
            return false;
        }
    }

    bool append(PickleKind kind, const std::vector<PickleRef> &items)
    {
        PickleNode &node = tree_.nodes[stack_.top()];
        if ((node.kind != kind && node.kind != PickleKind::call) || (kind == PickleKind::dict && items.size() % 2 != 0))
            problem_ = "adds values to something that is no list or dictionary";
        else if (problem_.empty())
            node.items.insert(node.items.end(), items.begin(), items.end());
        return true;
    }

    bool memo(std::uint8_t op)
    {
        if (op == 'q' || op == 'r')
            stack_.remember(input_.number(op == 'q' ? 1 : 4));
        else if (op == 0x94)
            stack_.remember_next();
        else if (op == 'h' || op == 'j')
            stack_.recall(input_.number(op == 'h' ? 1 : 4));
        else
            return false;
        return true;
    }

    bool apply(std::uint8_t op)
    {
        if (op == 'c') {
            const std::string module = input_.line();
            push_global(module + '.' + input_.line());
        } else if (op == 0x93) {
            const auto names = stack_.pop_several(2);
            push_global(tree_.at(names[0]).text + '.' + tree_.at(names[1]).text);
        } else if (op == 'R' || op == 0x81) {
            make(/*object=*/op == 0x81);
        } else if (op == 'b') {
            set_state();
        } else if (op == 'Q') {
            push_persistent();
        } else {
            return false;
        }
        return true;
    }

    void push_global(std::string name)
    {
        if (name.size() > kLongestGlobal)
            problem_ = "names something without end";
        if (!problem_.empty())
            return;
        name = clean_text(name);
        names_ += name.size();
        auto &unknown = tree_.unknown_globals;
        if (!is_known_global(name, torchscript_) && unknown.size() < kMostUnknown
            && std::find(unknown.begin(), unknown.end(), name) == unknown.end())
            unknown.push_back(name);
        push({PickleKind::global, 0, 0, std::move(name), {}});
    }

    void make(bool object)
    {
        const auto both = stack_.pop_several(2);
        names_ += tree_.at(both[0]).text.size();
        if (problem_.empty())
            stack_.push(build_value(tree_, both[0], both[1], object, torchscript_));
    }

    /// A storage; or, in the older form of whole models, a class with its source text: ("module", class, file, text).
    void push_persistent()
    {
        const PickleNode &id = tree_.at(stack_.pop());
        const bool usable = id.kind == PickleKind::tuple && id.items.size() >= 2 && id.items.size() <= kMostIdParts;
        if (usable && id.items.size() >= 5)
            push({PickleKind::storage, 0, 0, {}, std::vector(id.items)});
        else if (usable && tree_.at(id.items[0]).text == "module")
            stack_.push(id.items[1]);
        else
            problem_ = "refers to a storage in a way that is not known";
    }

    void set_state()
    {
        const PickleRef state = stack_.pop();
        PickleNode &node = tree_.nodes[stack_.top()];
        if (problem_.empty() && (node.kind == PickleKind::object || node.kind == PickleKind::call))
            node.items.push_back(state); // attributes of a dictionary (`_metadata`) or of a tensor say nothing about its values
    }

    bool control(std::uint8_t op)
    {
        if (op == 0x80) {
            if (const std::uint64_t protocol = input_.number(1); protocol < 2 || protocol > 5)
                problem_ = "has a protocol that is not known";
        } else if (op == 0x95) {
            static_cast<void>(input_.number(8)); // the length of a frame, which matters to streams only
        } else if (op == '0') {
            stack_.pop();
        } else if (op == '1') {
            stack_.pop_mark();
        } else if (op == '.') {
            tree_.root = stack_.pop();
            done_ = true;
        } else {
            return false;
        }
        return true;
    }

    std::string problem_;
    PickleInput input_;
    PickleStack stack_;
    bool torchscript_;
    bool done_ = false;
    std::size_t names_ = 0; ///< bytes of names that were copied into nodes
    PickleTree tree_;
};

} // namespace

const PickleNode *PickleTree::find(const PickleNode &dict, std::string_view key) const
{
    if (dict.kind != PickleKind::dict)
        return nullptr;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
        if (at(dict.items[i]).kind == PickleKind::text && at(dict.items[i]).text == key)
            return &at(dict.items[i + 1]);
    return nullptr;
}

Result<PickleTree> read_pickle(std::string_view bytes, const std::string &what, bool torchscript)
{
    PickleTree tree;
    if (const std::string problem = Machine(bytes, torchscript).run(tree); !problem.empty())
        return fail(ErrorCode::bad_format,
                    what + ' ' + problem + ". The file is damaged or no model; download or save it again.");
    return tree;
}

} // namespace ca
