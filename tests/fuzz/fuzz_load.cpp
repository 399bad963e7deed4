// SPDX-License-Identifier: GPL-3.0-or-later
// Inspects and loads 5,000 seeded mutants of the shared models and of small scripted nets: none may crash inspection, and the
// process that starts the loading children lives on.
#include "tests/fuzz/load_mutants.h"

#include <QTemporaryDir>

int main(int, char **argv)
{
    fuzz::keep_to_one_thread(argv);
    constexpr int kMutants = 5000;
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    if (!fuzz::warm_up(root)) {
        std::printf("The scripted net itself was not opened.\n");
        return 1;
    }
    const auto tally = fuzz::run_load_mutants(kMutants, fuzz::small_originals(root), fuzz::large_originals(), root);
    tally.print();
    const bool good = tally.bad.empty() && tally.refused > 0 && tally.loaded > 0 && tally.p95_of_inspection() < 1;
    return good && tally.inspection.size() == kMutants ? 0 : 1;
}
