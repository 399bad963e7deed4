// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/heap.h"

#include <cstdlib> // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace ca {

void give_back_gaps()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

} // namespace ca
