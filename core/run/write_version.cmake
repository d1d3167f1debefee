# Run at every build: cmake -D SOURCE=… -D TARGET=… -D FTHOST_VERSION=… -D FTHOST_COMPILER=… -P write_version.cmake
#
# Writes version.cpp, and leaves it alone when nothing changed. Without git, or outside a checkout, there is no commit.
set(FTHOST_COMMIT "")
set(FTHOST_DIRTY false)
find_program(GIT git)
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND "${GIT}" describe --always --dirty --abbrev=40 --exclude=* WORKING_DIRECTORY "${SOURCE}"
    OUTPUT_VARIABLE described RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed AND described MATCHES "^([0-9a-f]+)(-dirty)?$")
    set(FTHOST_COMMIT "${CMAKE_MATCH_1}")
    if(CMAKE_MATCH_2)
      set(FTHOST_DIRTY true)
    endif()
  endif()
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/version.cpp.in" "${TARGET}" @ONLY)
