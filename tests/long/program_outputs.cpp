// SPDX-License-Identifier: GPL-3.0-or-later
// What this program computes, for scripts that compare it with other readers of what it writes:
// `program_outputs MODEL.safetensors IMAGES BATCH OUTPUTS`. IMAGES are preprocessed float32 values, image after image; OUTPUTS
// are the model's float32 outputs, likewise, computed BATCH images at a time.
#include "core/quantize/export/export.h"
#include "tests/support/bench.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace {

std::vector<float> read_values(const char *file, std::size_t count)
{
    std::vector<float> values(count);
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char *>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
    if (!stream) {
        std::fprintf(stderr, "The images in %s cannot be read.\n", file);
        std::exit(1);
    }
    return values;
}

} // namespace

int main(int count, char **arguments)
{
    if (count != 5) {
        std::fprintf(stderr, "usage: program_outputs MODEL.safetensors IMAGES BATCH OUTPUTS\n");
        return 2;
    }
    const auto model = value_of(ca::read_export(arguments[1], 0, {}, {}));
    const auto &input = model.model.input;
    const auto size = static_cast<std::size_t>(input.channels * input.height * input.width);
    const std::size_t images = std::filesystem::file_size(arguments[2]) / (size * sizeof(float));
    const std::size_t batch = std::strtoul(arguments[3], nullptr, 10);
    const std::vector<float> values = read_values(arguments[2], images * size);
    std::ofstream outputs(arguments[4], std::ios::binary);
    for (std::size_t first = 0; first < images; first += batch) {
        const std::size_t part = std::min(batch, images - first);
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first * size);
        const auto found = value_of(ca::run(model.program,
                                            {static_cast<std::int64_t>(part),
                                             input.channels,
                                             input.height,
                                             input.width,
                                             {begin, begin + static_cast<std::ptrdiff_t>(part * size)}}));
        outputs.write(reinterpret_cast<const char *>(found.values.data()),
                      static_cast<std::streamsize>(found.values.size() * sizeof(float)));
    }
    return outputs.flush() ? 0 : 1;
}
