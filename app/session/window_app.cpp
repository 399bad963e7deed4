// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/window_app.h"

#include "app/cli/data_folder.h"
#include "app/session/session.h"
#include "app/session/window_controller.h"
#include "app/settings/settings.h"
#include "core/base/machine_memory.h"
#include "ui/main_window.h"

#include <QApplication>
#include <QFont>
#include <QScreen>
#include <QSettings>
#include <QStandardPaths>

namespace ca {

using namespace Qt::StringLiterals;

int run_window(int &argc, char **argv, const std::filesystem::path &program, const std::filesystem::path &resources,
               const std::optional<std::filesystem::path> &file)
{
    QApplication::setStyle(u"fusion"_s); // the style sheet is drawn for it; native styles take only parts of one
    QApplication application(argc, argv);
    QFont text = QApplication::font();
    text.setPixelSize(MainWindow::kTextSize); // what is made under a style sheet later takes the application's, not its parent's
    QApplication::setFont(text);
    QApplication::setApplicationName(u"compression-agent"_s);
    QApplication::setApplicationDisplayName(QObject::tr("Compression Agent"));
    QApplication::setApplicationVersion(QStringLiteral(CA_VERSION));
    QSettings store(QSettings::IniFormat, QSettings::UserScope, u"compression-agent"_s, u"window"_s);
    Settings settings(store);
    const QString data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    const auto local = data_folder(); // where the command line keeps them as well
    const WindowPlaces places{resources,         std::filesystem::path(data.toStdString()) / "studies",
                              machine_memory(),  local ? *local / "scans" : std::filesystem::path(),
                              known_providers(), system_keychain};

    MainWindow window;
    window.resize(window.size().boundedTo(window.screen()->availableSize())); // where no geometry was kept
    Session session(program); // goes before the window: its thread has ended when the window goes
    WindowController controller(window, session, settings, places);
    window.show();
    if (file)
        controller.model().open_file(QString::fromStdString(file->string()));
    return QApplication::exec();
}

} // namespace ca
