// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"

#include <string>
#include <vector>

/// A file that is no usable model, and a part of the sentence that a person must get to read about it.
struct BadFile {
    const char *what;
    std::string name;
    std::string bytes;
    const char *part;
    ca::ErrorCode code = ca::ErrorCode::bad_format;
};

namespace bad_files_detail {

using namespace std::string_literals;

inline std::string state_dict(const std::string &value, const std::string &storage)
{
    return zip_bytes({{"m/data.pkl", pickle::whole(value)}, {"m/data/0", storage}});
}

/// Instructions that a pickle of a state dict must not get away with.
inline std::vector<BadFile> pickles()
{
    const auto with = [](const std::string &pickled) {
        return zip_bytes({{"m/data.pkl", pickled}, {"m/data/0", std::string(16, 'x')}});
    };
    return {
        {"pickle that ends early", "a.pth", with("\x80\x02}("), "ends early"},
        {"pickle that is empty", "a.pth", with(""), "ends early"},
        {"unknown instruction", "a.pth", with("\x80\x02\xFF."s), "an instruction that model files do not use (255)"},
        {"text longer than the file", "a.pth", with("\x80\x02X\xFF\xFF\xFF\x7F."s), "ends early"},
        {"pop from an empty stack", "a.pth", with("\x80\x02\x30."s), "takes more values than it has"},
        {"mark that is not there", "a.pth", with("\x80\x02t."s), "closes a list that it did not open"},
        {"memo that is not there", "a.pth", with("\x80\x02h\x07."s), "refers to a value that it does not have"},
        {"global without end", "a.pth", with("\x80\x02" + "c"s + std::string(3000, 'a')), "names something without end"},
        {"20,000 open lists", "a.pth", with("\x80\x02" + std::string(20000, '(')), "larger than any model's"},
        {"two million values", "a.pth", with("\x80\x02" + std::string(2000000, 'N')), "larger than any model's"},
        {"call of os.system", "a.pth", with(pickle::whole(pickle::global("os", "system") + "(" + pickle::text("ls") + "tR")),
         "`os.system`", ca::ErrorCode::unsafe},
        {"whole model", "a.pth", with(pickle::whole(pickle::global("net", "Net") + ")\x81" + pickle::dict({}) + "b")),
         "`net.Net`", ca::ErrorCode::unsafe},
        {"no tensors", "a.pth", with(pickle::whole(pickle::dict({{"epoch", pickle::integer(3)}}))), "no named tensors"},
        {"dictionary in itself", "a.pth", with("\x80\x02}q\x00X\x01\x00\x00\x00kh\x00s."s), "no named tensors"},
    };
}

inline std::vector<BadFile> tensors()
{
    const std::string sixteen(16, 'x');
    const auto one = [](const std::string &value) { return pickle::dict({{"w", value}}); };
    return {
        {"tensor beyond its storage", "a.pth", state_dict(one(pickle::tensor("0", {5}, 4)), sixteen), "reaches beyond"},
        {"negative side", "a.pth", state_dict(one(pickle::tensor("0", {-1}, 4)), sixteen), "a shape that is not understood"},
        {"sides whose product overflows", "a.pth",
         state_dict(one(pickle::tensor("0", {2147483647, 2147483647, 2147483647}, 4)), sixteen), "reaches beyond"},
        {"storage that is not there", "a.pth", state_dict(one(pickle::tensor("7", {4}, 4)), sixteen), "not all of its bytes"},
        {"storage that is too short", "a.pth", state_dict(one(pickle::tensor("0", {5}, 5)), sixteen), "not all of its bytes"},
        {"storage named by a path", "a.pth", state_dict(one(pickle::tensor("../../etc", {4}, 4)), sixteen), "not understood"},
        {"unknown type", "a.pth", state_dict(one(pickle::tensor("0", {4}, 4, "OddStorage")), sixteen), "not understood"},
        {"a name twice", "a.pth",
         state_dict(pickle::dict({{"w", pickle::tensor("0", {4}, 4)}, {"w", pickle::tensor("0", {4}, 4)}}), sixteen),
         "two tensors"},
    };
}

inline std::vector<BadFile> archives()
{
    const std::string good = state_dict(pickle::dict({{"w.weight", pickle::tensor("0", {2, 2}, 4)}}), std::string(16, 'x'));
    std::string many =
        good; // the number of members lies 10 bytes into the record of 22 bytes at the end: 65,535 asks for a second one
    many[many.size() - 12] = '\xFF';
    many[many.size() - 11] = '\xFF';
    return {
        {"archive cut in the middle", "a.pt", good.substr(0, good.size() / 2), "ends early"},
        {"archive without its last byte", "a.pt", good.substr(0, good.size() - 1), "ends early"},
        {"archive that claims 65,535 members", "a.pt", many, "ends early"},
        {"zip without a model", "a.pt", zip_bytes({{"readme.txt", "hello"}}), "a zip archive without a model"},
        {"empty zip", "a.pt", zip_bytes({}), "a zip archive without a model"},
        {"office document", "a.pt", zip_bytes({{"[Content_Types].xml", "<x/>"}}), "office document"},
        {"absolute name", "a.pt", zip_bytes({{"/etc/data.pkl", "x"}}), "points outside"},
        {"parent folder", "a.pt", zip_bytes({{"a/../../data.pkl", "x"}}), "points outside"},
        {"backslash", "a.pt", zip_bytes({{"a\\data.pkl", "x"}}), "points outside"},
        {"a member twice", "a.pt", zip_bytes({{"a/data.pkl", "x"}, {"a/data.pkl", "y"}}), "two members"},
        {"encrypted", "a.pt", zip_bytes({{"a/data.pkl", "x", 0, true}}), "is encrypted"},
        {"member that unpacks to 4 GB", "a.pt", zip_bytes({{"a/data.pkl", std::string(4000, 'x'), 0xFFFFFFF0U}}),
         "times its size"},
        {"members that unpack to ten times the file", "a.pt",
         zip_bytes({{"a/data.pkl", std::string(1 << 20, 'x'), 30U << 20}, {"a/data/0", std::string(1 << 20, 'x'), 30U << 20}}),
         "four times its size"},
        {"wrong checksum", "a.pt", zip_bytes({{"a/data.pkl", pickle::whole("}"), 0, false, true}}), "is damaged"},
        {"code without a module", "a.pt",
         zip_bytes({{"a/data.pkl", pickle::whole("}")}, {"a/constants.pkl", pickle::whole(")")}}), "describes no module"},
    };
}

inline std::vector<BadFile> others()
{
    return {
        {"empty file", "a.pt", "", "is empty"},
        {"picture named .pt", "a.pt", "\x89PNG\r\n\x1A\n" + std::string(100, '\0'), "a PNG picture"},
        {"photo named .pth", "a.pth", "\xFF\xD8\xFF\xE0" + std::string(100, '\0'), "a JPEG picture"},
        {"text", "a.pt", "Dear reader,\n", "it is text"},
        {"web page", "a.safetensors", "\n<!DOCTYPE html><html>", "a web page"},
        {"JSON", "a.json", "{\"a\": 1}", "JSON text"},
        {"program", "a.pt",
         "\x7F"
         "ELF"
             + std::string(100, '\1'),
         "(ELF)"},
        {"gzip", "a.pt", "\x1F\x8B\x08" + std::string(20, '\1'), "gzip"},
        {"Git LFS pointer", "a.pt", "version https://git-lfs\noid sha256:0", "git lfs pull"},
        {"zeros", "a.pt", std::string(5000, '\0'), "nothing but zeros"},
        {"noise", "a.pt", "\x01\xFE\x02\xFD\x03\xFC\x04\xFB\x05\xFA\x06", "of a kind that is not known"},
        {"plain pickle", "a.pt", pickle::whole("}"), "torch.save did not write"},
        {"noise named .safetensors", "a.safetensors", "\x01\xFE\x02\xFD\x03\xFC\x04\xFB\x05\xFA\x06",
         "not usable as safetensors"},
        {"old form cut after its magic number", "a.pth", "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s,
         "ends early"},
    };
}

} // namespace bad_files_detail

/// All of them.
inline std::vector<BadFile> bad_files()
{
    using namespace bad_files_detail;
    std::vector<BadFile> all = others();
    for (const auto &more : {archives(), pickles(), tensors()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}
