// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/measured_trial.h"
#include "core/study/store.h"
#include "tests/app/cli/program.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

/// Studies of one small net on few images, each in a folder of its own with all that the program writes: `out/s` and, for what
/// it keeps between runs, `home`. The same options, so all of them come to the same results; with a limit on drop, so that the
/// planner does not find so few images too noisy to go on.
class SmallStudies {
public:
    explicit SmallStudies(int trials) : trials_(trials) { }

    /// Net and data, before the first run. Says whether they were written.
    [[nodiscard]] bool write_inputs() const
    {
        const std::filesystem::path inputs = place("inputs");
        std::filesystem::create_directories(inputs);
        write_scripted_net(inputs, "lenet");
        constexpr int kImagesPerClass = 12, kClasses = 10; // half of them are selection, half holdout
        return write_cifar_folder(inputs / "data", kImagesPerClass, kClasses, 7);
    }

    [[nodiscard]] std::filesystem::path place(const std::string &name) const
    {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    [[nodiscard]] std::filesystem::path study(const std::string &name) const { return place(name) / "out" / "s"; }

    /// A process that carries out the study `name`, or goes on with it.
    void prepare(QProcess &process, const std::string &name, const QStringList &more = {}) const
    {
        const auto path = [](const std::filesystem::path &file) { return QString::fromStdString(file.string()); };
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("COMPRESSION_AGENT_DATA"), path(place(name) / "home"));
        process.setProcessEnvironment(environment);
        process.setProgram(binary());
        process.setArguments(QStringList{QStringLiteral("run"), QStringLiteral("--model"), path(place("inputs") / "lenet.pt"),
                                         QStringLiteral("--data"), path(place("inputs") / "data"), QStringLiteral("--output"),
                                         path(place(name) / "out"), QStringLiteral("--study"), QStringLiteral("s"),
                                         QStringLiteral("--trials"), QString::number(trials_), QStringLiteral("--head"),
                                         QStringLiteral("agreement"), QStringLiteral("--max-drop"), QStringLiteral("1"),
                                         QStringLiteral("--no-latency"), QStringLiteral("--threads"), QStringLiteral("1"),
                                         QStringLiteral("--json")}
                             + more);
        std::filesystem::create_directories(place(name));
    }

    /// The study, from its beginning or from where it stands to its end.
    [[nodiscard]] Outcome run(const std::string &name, const QStringList &more = {}) const
    {
        QProcess process;
        prepare(process, name, more);
        process.start();
        return outcome_of(process);
    }

    int trials() const { return trials_; }

private:
    QTemporaryDir folder_;
    int trials_;
};

/// Without what differs from run to run: how long things took, and where the files lie.
inline void remove_incidental(ca::Json &json)
{
    if (json.is_object())
        for (const char *key : {"seconds", "peak_memory", "files"})
            json.erase(key);
    for (ca::Json &part : json)
        if (part.is_structured())
            remove_incidental(part);
}

/// What a study found: its recipes, accuracies, sizes, reasons and front. Null where this is no JSON.
inline ca::Json findings(const QByteArray &printed)
{
    ca::Json json = ca::Json::parse(printed.toStdString(), nullptr, false);
    if (json.is_discarded())
        return nullptr;
    remove_incidental(json);
    return json;
}

/// The names of the files in a study's folder and below; without what a reader of the store leaves beside it.
inline std::set<std::string> files_in(const std::filesystem::path &folder)
{
    std::set<std::string> names;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string name = std::filesystem::relative(entry.path(), folder).generic_string();
        if (!entry.is_directory() && !name.ends_with("-wal") && !name.ends_with("-shm"))
            names.insert(name);
    }
    return names;
}

/// The files that one of two folders has and the other has not, separated by commas.
inline std::string different_files(const std::filesystem::path &a, const std::filesystem::path &b)
{
    const std::set<std::string> of_a = files_in(a), of_b = files_in(b);
    std::vector<std::string> different;
    std::set_symmetric_difference(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(different));
    std::string text;
    for (const std::string &name : different)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// All that a store keeps of each trial that is done, as one text: of another measurement it would be another, as times are in
/// it. Errors: those of the store.
inline ca::Result<std::map<std::string, std::string>> finished_trials(const ca::StudyStore &store, ca::TrialSplit split)
{
    const auto trials = store.trials();
    if (!trials)
        return forward(trials);
    std::map<std::string, std::string> finished;
    for (const ca::Trial &trial : *trials) {
        if (trial.state != ca::TrialState::done)
            continue;
        const auto record = store.measurement_of(trial.id, split);
        if (!record)
            return forward(record);
        if (*record)
            finished[trial.id] = ca::canonical(to_json(ca::MeasuredTrial{trial.method, trial.name, trial.recipe, **record}));
    }
    return finished;
}
