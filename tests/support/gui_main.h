// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QFontDatabase>
#include <QLocale>
#include <QStandardPaths>
#include <QtTest>

/// A main for tests with widgets: no display is needed, and nothing of the person who runs them is read or written.
#define CA_GUI_TEST_MAIN(Class)                                                                                                  \
    int main(int argc, char *argv[])                                                                                             \
    {                                                                                                                            \
        if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))                                                                       \
            qputenv("QT_QPA_PLATFORM", "offscreen");                                                                             \
        QStandardPaths::setTestModeEnabled(true);                                                                                \
        QLocale::setDefault(QLocale::c());                                                                                       \
        QApplication::setStyle(QStringLiteral("fusion"));                                                                        \
        QApplication application(argc, argv);                                                                                    \
        QApplication::setFont(QFont(QStringLiteral("DejaVu Sans")));                                                             \
        Class test;                                                                                                              \
        return QTest::qExec(&test, argc, argv);                                                                                  \
    }
