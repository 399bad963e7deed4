# SPDX-License-Identifier: GPL-3.0-or-later
# One INTERFACE target carries the standard, the warnings and the definitions; every target of ours links it.
add_library(ca_common INTERFACE)
target_compile_features(ca_common INTERFACE cxx_std_20)
target_include_directories(ca_common INTERFACE ${CMAKE_SOURCE_DIR})
target_include_directories(ca_common SYSTEM INTERFACE ${TL_EXPECTED_INCLUDE})
target_compile_definitions(
  ca_common
  INTERFACE QT_NO_KEYWORDS # torch's headers use the word `slots`
            QT_NO_CAST_TO_ASCII QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
            CA_VERSION="${PROJECT_VERSION}")
target_compile_options(
  ca_common
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Wcast-qual
            -Wconversion
            -Wno-restrict) # GCC 12 sees overlaps in std::string that are not there (its bug 105651)
if(COMPRESSION_AGENT_WERROR)
  target_compile_options(ca_common INTERFACE -Werror)
endif()
if(COMPRESSION_AGENT_SANITIZE)
  target_compile_options(ca_common INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(ca_common INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(ca_common INTERFACE CA_SANITIZED)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)

# Torch's mkl.cmake has everything linked with ${MKL_ROOT}/lib/intel64 and its like. LibTorch holds its own MKL, so where none is
# installed these are folders at the root of the file system, which every program of ours would search for libraries at its start.
if(TARGET caffe2::mkl AND NOT MKL_ROOT)
  set_target_properties(caffe2::mkl PROPERTIES INTERFACE_LINK_DIRECTORIES "")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# Torch's headers are seen by the folders of core that name it, never by those who link them.
function(ca_use_torch target)
  target_link_libraries(${target} PRIVATE ${TORCH_LIBRARIES})
endfunction()
