// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/session.h"
#include "app/session/window_controller.h"
#include "app/settings/settings.h"
#include "tests/support/shared_files.h"
#include "ui/common/status_strip.h"
#include "ui/data_chooser/data_chooser.h"
#include "ui/main_window.h"

#include <QDragEnterEvent>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>

constexpr int kOpenMilliseconds = 120'000; // recording the demo takes seconds on a quiet machine

/// The real window with the real session, in a folder of its own, and nothing downloaded. Its studies are short.
struct OpenedWindow {
    static constexpr int kTrials = 6;

    QTemporaryDir folder;
    bool environment = qputenv("COMPRESSION_AGENT_DATA", folder.filePath(QStringLiteral("data")).toUtf8());
    QSettings store{folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    ca::Settings settings{store};
    ca::MainWindow window;
    ca::Session session;
    ca::WindowController controller;

    /// `providers`: that can be asked by name. Without a keychain keys are in memory.
    explicit OpenedWindow(std::vector<ca::Provider> providers = {}, std::function<std::unique_ptr<ca::Keychain>()> keychain = {})
        : controller(window, session, settings,
                     {source_folder() / "resources",
                      std::filesystem::path(folder.path().toStdString()) / "studies",
                      {},
                      {},
                      std::move(providers),
                      std::move(keychain)})
    {
        child<QSpinBox>("data_samples")->setValue(60);
        settings.set(ca::Setting::goal, QStringLiteral(R"({"trials":%1,"minutes":30})").arg(kTrials));
        window.show();
    }
    ~OpenedWindow() { qunsetenv("COMPRESSION_AGENT_DATA"); }
    Q_DISABLE_COPY_MOVE(OpenedWindow)

    template <typename W>
    W *child(const char *name) const
    {
        return window.findChild<W *>(QString::fromLatin1(name));
    }
    [[nodiscard]] ca::StatusStrip &strip() const { return *child<ca::StatusStrip>("status_strip"); }
    [[nodiscard]] QPushButton &run() const { return *child<QPushButton>("button_run"); }
    [[nodiscard]] ca::ModelController &model() { return controller.model(); }
    [[nodiscard]] QString path(const char *name) const { return folder.filePath(QString::fromLatin1(name)); }

    /// Runs a study with the goal as it is offered.
    void start() const
    {
        run().click();
        child<QPushButton>("goal_run")->click();
    }
    bool drop(const std::filesystem::path &file)
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(file.string()))});
        QDragEnterEvent enter(QPoint(600, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QDropEvent drop(QPointF(600, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &drop);
        return enter.isAccepted();
    }
    bool drop_demo()
    {
        return drop(source_folder() / "resources" / "demo" / "clip-tiny")
            && QTest::qWaitFor([this] { return run().isEnabled(); }, kOpenMilliseconds);
    }
};
