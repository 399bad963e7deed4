// SPDX-License-Identifier: GPL-3.0-or-later
// Reads 3,000 seeded mutants of quantized models that this program wrote. None may crash or take over 10 s.
#include "core/quantize/export/export.h"
#include "tests/fuzz/mutants.h"
#include "tests/fuzz/run_mutants.h"
#include "tests/support/plain_export.h"
#include "tests/support/quantized.h"

#include <QTemporaryDir>

#include <cstring>
#include <fstream>
#include <iterator>

namespace {

constexpr int kMutants = 3000;
const std::vector<std::string> kMarks{"\"dtype\"",
                                      "\"shape\"",
                                      "\"data_offsets\"",
                                      "__metadata__",
                                      "compression_agent.program",
                                      "weight_scale",
                                      "zero_point",
                                      "aten::",
                                      "prim::",
                                      "absmax",
                                      "quant_map",
                                      "blocksize",
                                      "nested_offset",
                                      "quant_type",
                                      "weight_format",
                                      "SCB",
                                      "weight_shape",
                                      "weight_packed",
                                      "compression_agent.recipe",
                                      "compression_agent.ranges"};

struct Original {
    const char *net;
    const char *method;
};
constexpr Original kOriginals[] = {
    {"cnn", "static-int8"}, {"attention", "int4-weight"}, {"digits", "int8-weight"}, {"lenet", "nf4"},
    {"cnn", "fp4"},         {"attention", "llm-int8"},    {"digits", "fp16"},        {"attention", "bf16"}};

std::string read(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

template <typename T>
T value_of(ca::Result<T> result)
{
    if (!result) {
        std::printf("%s\n", result.error().text().c_str());
        std::fflush(nullptr);
        _exit(1);
    }
    return std::move(*result);
}

std::filesystem::path file_of(const std::filesystem::path &folder, const Original &original)
{
    return folder / (std::string(original.net) + "-" + original.method + ".safetensors");
}

std::filesystem::path plain_file_of(const std::filesystem::path &folder, const Original &original)
{
    return folder / (std::string(original.net) + "-" + original.method + "-plain.safetensors");
}

/// Writes one of the originals in both forms and reads them back.
void write_original(const std::filesystem::path &folder, const Original &original)
{
    const auto quantized = quantized_net(folder, original.net, original.method);
    value_of(ca::write_export(quantized, file_of(folder, original)));
    if (!write_plain_export(file_of(folder, original), plain_file_of(folder, original)))
        _exit(1);
    value_of(ca::read_export(file_of(folder, original), 1, {}, {}));
    value_of(ca::read_export(plain_file_of(folder, original), 1, {}, {}));
}

/// One of the first numbers behind the header: `weight_shape` where there are packed integers, since the largest elements lie
/// first.
void change_a_shape(std::string &bytes, fuzz::Generator &generator)
{
    constexpr std::uint64_t hostile[] = {0, 1, 1ULL << 31U, 1ULL << 32U, (1ULL << 32U) + 1, 1ULL << 61U, 1ULL << 63U, ~0ULL};
    std::uint64_t header = 0;
    std::memcpy(&header, bytes.data(), std::min(sizeof(header), bytes.size()));
    const std::size_t at = sizeof(header) + header + sizeof(std::uint64_t) * fuzz::below(generator, 16);
    fuzz::overwrite(bytes, at, hostile[fuzz::below(generator, std::size(hostile))], sizeof(std::uint64_t));
}

} // namespace

int main()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    const auto write_all = [&] {
        for (const Original &original : kOriginals)
            write_original(root, original);
        return 0;
    };
    if (in_child(write_all) != 0) {
        std::printf("The models that are to be changed could not be written and read.\n");
        return 1;
    }
    std::vector<std::string> originals;
    for (const Original &original : kOriginals)
        for (const auto &file : {plain_file_of(root, original), plain_file_of(root, original), file_of(root, original)})
            originals.push_back(read(file)); // two of three mutants are of plain ones
    const auto make = [&](int number) {
        fuzz::Generator generator(static_cast<std::uint64_t>(number));
        std::string bytes = originals[fuzz::below(generator, originals.size())];
        if (fuzz::below(generator, 16) == 0) // the length of the header
            fuzz::overwrite(bytes, 0, generator() >> fuzz::below(generator, 64), 8);
        if (fuzz::below(generator, 8) == 0)
            change_a_shape(bytes, generator);
        const bool same_length = fuzz::below(generator, 4) != 0; // else the header's offsets give most away
        for (auto changes = 1 + fuzz::below(generator, 3); changes > 0; --changes)
            fuzz::change(bytes, kMarks, generator, same_length);
        return bytes;
    };
    return fuzz::run_mutants("read_export", kMutants, root / "mutant.safetensors", make,
                             [](const std::filesystem::path &file) { return ca::read_export(file, 1, {}, {}).has_value(); });
}
