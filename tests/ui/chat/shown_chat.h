// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/gui_main.h"
#include "tests/ui/chat/made_up_chat.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/message_view.h"
#include "ui/common/style_sheet.h"
#include "ui/common/theme.h"

/// The chat pane in a window of the program's colours.
struct ShownChat {
    explicit ShownChat(QSize size = {404, 460}, bool dark = false)
    {
        const ca::Theme &theme = dark ? ca::dark_theme() : ca::light_theme();
        window.setStyleSheet(ca::style_sheet(theme));
        QApplication::setPalette(ca::palette_of(theme)); // as a system does
        QFont font = QApplication::font();
        font.setPixelSize(13);
        QApplication::setFont(font);
        window.setAutoFillBackground(true);
        window.setBackgroundRole(QPalette::Base);
        pane.setParent(&window);
        pane.resize(size);
        window.resize(size);
        window.show();
        pane.show();
    }
    template <typename W>
    [[nodiscard]] W *find(const char *name) const
    {
        return pane.findChild<W *>(QString::fromLatin1(name));
    }
    [[nodiscard]] QList<ca::MessageView *> messages() const { return pane.findChildren<ca::MessageView *>(); }

    QWidget window;
    ca::ChatPane pane;
};
