// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/hostile_file.h"
#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"

/// Pickles that call what they should not, or that take more room and depth than they say. None of them is unpickled by anything.
namespace hostile_pickles {

using namespace std::string_literals;

inline std::string tensor()
{
    return pickle::tensor("0", {2, 2}, 4);
}

inline std::string file_of(const std::string &pickled)
{
    return zip_bytes({{"m/data.pkl", pickled}, {"m/data/0", std::string(16, 'x')}});
}

/// A state dict whose second value is what the pickle makes of `value`.
inline std::string beside_weights(const std::string &value)
{
    return file_of(pickle::whole(pickle::dict({{"w.weight", tensor()}, {"x", value}})));
}

inline std::string call(const char *module, const char *name, const std::string &arguments)
{
    return pickle::global(module, name) + "(" + arguments + "tR";
}

/// What torch.save wrote before 1.6: the pickles of a magic number, a protocol, facts about the machine, the object, its keys.
inline std::string legacy(const std::string &protocol, const std::string &machine, const std::string &object)
{
    return "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s + pickle::whole(protocol) + pickle::whole(machine)
        + pickle::whole(object) + pickle::whole("](" + pickle::text("0") + "e") + "\x04\0\0\0\0\0\0\0"s + std::string(16, 'x');
}

/// Each list holds the one before twice: 2^40 values to who follows them all.
inline std::string doubling_lists()
{
    std::string bytes = "]q\x00"s;
    for (char i = 0; i < 40; ++i)
        bytes += "]q"s + static_cast<char>(i + 1) + "(h" + i + "h" + i + "e";
    return bytes;
}

/// Names of functions that a REDUCE may call to reach a shell, and what their sentence says. Gadgets as scanners list them.
inline HostileFiles calls()
{
    const auto found = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pth", std::move(bytes), Guard::finding, part};
    };
    const auto alone = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pth", std::move(bytes), Guard::inspection, part};
    };
    return {
        alone(
            "os.system", [] { return file_of(pickle::whole(call("os", "system", pickle::text("true")))); }, "`os.system`"),
        found(
            "os.system beside weights", [] { return beside_weights(call("os", "system", pickle::text("true"))); }, "`os.system`"),
        found(
            "posix.system", [] { return beside_weights(call("posix", "system", pickle::text("true"))); }, "`posix.system`"),
        found(
            "eval", [] { return beside_weights(call("builtins", "eval", pickle::text("1"))); }, "`builtins.eval`"),
        found(
            "exec of Python 2", [] { return beside_weights(call("__builtin__", "execfile", pickle::text("x"))); },
            "`__builtin__.execfile`"),
        found(
            "importlib", [] { return beside_weights(call("importlib", "import_module", pickle::text("os"))); },
            "`importlib.import_module`"),
        found(
            "methodcaller", [] { return beside_weights(call("operator", "methodcaller", pickle::text("system"))); },
            "`operator.methodcaller`"),
        found(
            "attrgetter", [] { return beside_weights(call("operator", "attrgetter", pickle::text("system"))); },
            "`operator.attrgetter`"),
        found(
            "partial", [] { return beside_weights(call("functools", "partial", pickle::global("os", "system"))); },
            "`functools.partial`"),
        found(
            "getattr", [] { return beside_weights(call("builtins", "getattr", pickle::text("x"))); }, "`builtins.getattr`"),
        found(
            "subprocess", [] { return beside_weights(call("subprocess", "Popen", pickle::text("true"))); }, "`subprocess.Popen`"),
        found(
            "torch.load", [] { return beside_weights(call("torch", "load", pickle::text("other.pt"))); }, "`torch.load`"),
        found(
            "torch.hub", [] { return beside_weights(call("torch.hub", "load", pickle::text("a/b"))); }, "`torch.hub.load`"),
        found(
            "numpy's runner", [] { return beside_weights(call("numpy.testing._private.utils", "runstring", pickle::text("x"))); },
            "runstring`"),
        found(
            "named by two texts",
            [] { return beside_weights(pickle::text("os") + pickle::text("system") + "\x93(" + pickle::text("true") + "tR"); },
            "`os.system`"),
        found(
            "named by a dotted text",
            [] { return beside_weights(pickle::text("torch") + pickle::text("serialization.os.system") + "\x93)R"); },
            "`torch.serialization.os.system`"),
        found(
            "a name that only begins as a storage",
            [] { return beside_weights(pickle::global("torch", "os.systemStorage") + ")R"); }, "`torch.os.systemStorage`"),
        found(
            "only named, not called", [] { return beside_weights(pickle::global("os", "system")); }, "`os.system`"),
        found(
            "as the class of an object", [] { return beside_weights(pickle::object("subprocess", "Popen", {})); },
            "`subprocess.Popen`"),
        found(
            "in the state of a tensor",
            [] {
                return file_of(
                    pickle::whole(pickle::dict({{"w.weight", tensor() + call("os", "system", pickle::text("true")) + "b"}})));
            },
            "`os.system`"),
        found(
            "as a value that is thrown away",
            [] {
                return file_of(
                    pickle::whole(call("os", "system", pickle::text("true")) + "0" + pickle::dict({{"w.weight", tensor()}})));
            },
            "`os.system`"),
        found(
            "in the machine's part of the older form",
            [] {
                return legacy("M\xE9\x03", call("os", "system", pickle::text("true")), pickle::dict({{"w.weight", tensor()}}));
            },
            "`os.system`"),
        found(
            "in the protocol's part of the older form",
            [] {
                return legacy(call("os", "system", pickle::text("true")), "}", pickle::dict({{"w.weight", tensor()}}));
            },
            "`os.system`"),
        found(
            "in the object of the older form",
            [] {
                return legacy("M\xE9\x03", "}", pickle::dict({{"w.weight", tensor()}, {"x", call("os", "system", "")}}));
            },
            "`os.system`"),
    };
}

inline HostileFiles sizes()
{
    const auto file = [](const char *what, std::function<std::string()> bytes, const char *part) {
        return HostileFile{what, "a.pth", std::move(bytes), Guard::inspection, part};
    };
    return {
        file(
            "call by INST", [] { return file_of("\x80\x02(ios\nsystem\n."); },
            "an instruction that model files do not use (105)"),
        file(
            "call by OBJ", [] { return file_of("\x80\x02(" + pickle::global("os", "system") + "o."); }, "do not use (111)"),
        file(
            "call by NEWOBJ_EX", [] { return file_of("\x80\x02" + pickle::global("os", "system") + ")}\x92."); },
            "do not use (146)"),
        file(
            "call by an extension's number", [] { return file_of("\x80\x02\x82\x01)R."); }, "do not use (130)"),
        file(
            "protocol of tomorrow", [] { return file_of("\x80\x09}."); }, "a protocol that is not known"),
        file(
            "20,000 open lists", [] { return file_of("\x80\x02" + std::string(20000, '(')); }, "larger than any model's"),
        file(
            "two million values", [] { return file_of("\x80\x02" + std::string(2'000'000, 'N')); }, "larger than any model's"),
        file(
            "integer of 2 GB", [] { return file_of("\x80\x02\x8B\xFF\xFF\xFF\x7F."); }, "do not use (139)"),
        file(
            "integer of 255 bytes as a number of elements",
            [] {
                const std::string storage = "(" + pickle::text("storage") + pickle::global("torch", "FloatStorage")
                    + pickle::text("0") + pickle::text("cpu") + "\x8A\xFF"s + std::string(255, '\x7F') + "tQ";
                return file_of(pickle::whole(
                    pickle::dict({{"w",
                                   pickle::global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + pickle::integer(0)
                                       + pickle::integers({4}) + pickle::integers({1}) + "\x89})tR"}})));
            },
            ""),
        file(
            "text of 4 GB", [] { return file_of("\x80\x02X\xFF\xFF\xFF\xFF."s); }, "ends early"),
        file(
            "text of 2^63 bytes", [] { return file_of("\x80\x04\x8D\0\0\0\0\0\0\0\x80."s); }, "ends early"),
        file(
            "name without an end", [] { return file_of("\x80\x02" + "c"s + std::string(5000, 'a')); },
            "names something without end"),
        file(
            "lists that double forty times", [] { return file_of(pickle::whole(doubling_lists())); }, "no named tensors"),
        file(
            "dictionary in itself", [] { return file_of("\x80\x02}q\0X\x01\0\0\0kh\0s."s); }, "no named tensors"),
        file(
            "memo that is not there", [] { return file_of("\x80\x02j\xFF\xFF\xFF\xFF."s); }, "refers to a value"),
        file(
            "tensor beyond its storage",
            [] {
                return file_of(pickle::whole(pickle::dict({{"w", pickle::tensor("0", {5}, 4)}})));
            },
            "reaches beyond"),
        file(
            "sides whose product overflows",
            [] {
                return file_of(
                    pickle::whole(pickle::dict({{"w", pickle::tensor("0", {2147483647, 2147483647, 2147483647}, 4)}})));
            },
            "reaches beyond"),
        file(
            "storage named by a path",
            [] {
                return file_of(pickle::whole(pickle::dict({{"w", pickle::tensor("../../../etc/passwd", {4}, 4)}})));
            },
            "not understood"),
        file(
            "older form cut short",
            [] {
                return legacy("M\xE9\x03", "}", pickle::dict({{"w", tensor()}})).substr(0, 200);
            },
            "ends early"),
    };
}

} // namespace hostile_pickles
