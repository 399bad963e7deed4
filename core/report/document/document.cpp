// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/document/document.h"

#include "core/base/json.h"

namespace ca::report {

Line plain(std::string_view text)
{
    return {{.text = clean_text(text)}};
}

} // namespace ca::report
