// SPDX-License-Identifier: GPL-3.0-or-later
// Inspects 3,000 seeded mutants of TorchScript files: a small scripted net, and the code and pickles of the demo's model with its
// weights cut short. None may crash or take over 10 s.
#include "core/files/inspect_file.h"
#include "tests/fuzz/mutants.h"
#include "tests/fuzz/run_mutants.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>

#include <fstream>
#include <iterator>

namespace {

constexpr int kMutants = 3000;
constexpr std::size_t kWeights = 4096; // bytes of a member that are kept
const std::vector<std::string> kMarks{{"PK\x01\x02", 4}, {"PK\x03\x04", 4}, {"PK\x05\x06", 4},
                                      "data.pkl",        "__torch__",       "def forward"};

std::string read(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// The demo's model with weights short enough for thousands of copies.
std::string demo_head()
{
    auto parts = fuzz::members(read(source_folder() / "resources" / "demo" / "clip_tiny_pictogram10.pt"));
    for (ZipPart &part : parts)
        if (part.name.find("/data/") != std::string::npos && part.content.size() > kWeights)
            part.content.resize(kWeights);
    return zip_bytes(parts);
}

} // namespace

int main()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    if (fuzz::in_child([&] { return ca::inspect_file(write_scripted_net(root, "cnn")) ? 0 : 1; }) != 0) {
        std::printf("The scripted net itself was not opened.\n");
        return 1;
    }
    const std::vector<std::string> originals{read(root / "cnn.pt"), demo_head()};
    std::vector<std::vector<ZipPart>> members;
    for (const std::string &original : originals) {
        members.push_back(fuzz::members(original));
        if (members.back().size() < 5) {
            std::printf("A model that is to be changed has no members.\n");
            return 1;
        }
    }
    const auto make = [&](int number) {
        fuzz::Generator generator(static_cast<std::uint64_t>(number));
        const std::size_t which = fuzz::below(generator, originals.size());
        if (fuzz::below(generator, 2) == 0)
            return fuzz::changed_archive(members[which], generator);
        std::string bytes = originals[which];
        for (auto changes = 1 + fuzz::below(generator, 4); changes > 0; --changes)
            fuzz::change(bytes, kMarks, generator);
        return bytes;
    };
    return fuzz::run_mutants("inspect_file", kMutants, root / "mutant.pt", make,
                             [](const std::filesystem::path &file) { return ca::inspect_file(file).has_value(); });
}
