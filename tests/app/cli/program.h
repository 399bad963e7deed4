// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QDirIterator>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

/// What the program left behind.
struct Outcome {
    int code = -1; ///< -1: it crashed, or did not end in time
    QByteArray out, err;
};

/// The program under test: CA_BINARY, which the build sets.
inline QString binary()
{
    return QString::fromLocal8Bit(qgetenv("CA_BINARY"));
}

/// Waits for the end of a process that was started; one that does not end in time is killed.
inline Outcome outcome_of(QProcess &process)
{
    constexpr int kPatience = 300'000; // ms; sanitized builds are slow
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(kPatience)) {
        process.kill();
        process.waitForFinished();
        return {};
    }
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

/// Starts `program` with the working directory `folder`, waits for its end.
inline Outcome run_command_of(const QString &program, const QStringList &arguments, const QString &folder)
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(program, arguments);
    return outcome_of(process);
}

inline Outcome run_program(const QStringList &arguments, const QString &folder)
{
    return run_command_of(binary(), arguments, folder);
}

/// The one object on standard output; empty where there is anything else.
inline QJsonObject json_of(const Outcome &outcome)
{
    return QJsonDocument::fromJson(outcome.out).object();
}

/// One line that ends as a sentence does, its cause in brackets after it where there is one, and holds none of the words that say
/// nothing.
inline bool is_one_sentence(const QByteArray &text)
{
    const QByteArray line = text.trimmed();
    return !line.isEmpty() && !line.contains('\n') && (line.endsWith('.') || line.endsWith(".)")) && !line.contains("Error")
        && !line.contains("what()");
}

/// Every file and folder below `folder` with its size and time: what must stay the same where nothing may be written.
inline QStringList listing(const QString &folder)
{
    QStringList entries;
    QDirIterator files(folder, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        files.next();
        const QFileInfo info = files.fileInfo();
        entries << info.filePath() + QStringLiteral(" %1 %2").arg(info.size()).arg(info.lastModified().toMSecsSinceEpoch());
    }
    entries.sort();
    return entries;
}
