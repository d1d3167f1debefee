# cmake --install: a tree that works wherever it is moved to. All that it holds finds the rest from where it stands.
# LibTorch is not part of it: lib/fthost/libtorch is a link to the one that this was built with, and the only place that
# names it.
include(CMakePackageConfigHelpers)

set_target_properties(fthost PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
set_target_properties(fthost_core PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS fthost RUNTIME DESTINATION bin)
install(TARGETS fthost_core LIBRARY DESTINATION lib)
install(DIRECTORY sdk/include/fthost DESTINATION include)

if(FTHOST_TENSORS)
  set_target_properties(fthost_ops PROPERTIES INSTALL_RPATH "$ORIGIN;$ORIGIN/fthost/libtorch/lib")
  install(TARGETS fthost_ops LIBRARY DESTINATION lib)
  install(DIRECTORY sdk/ops/include/fthost DESTINATION include)
  set(engine fthost_engine)
  if(FTHOST_HAS_CUDA)
    list(APPEND engine fthost_cuda)
  endif()
  set_target_properties(${engine} PROPERTIES INSTALL_RPATH "$ORIGIN/..;$ORIGIN/libtorch/lib")
  install(TARGETS ${engine} LIBRARY DESTINATION lib/fthost)
  get_filename_component(libtorch "${FTHOST_TORCH_ROOT}" REALPATH)
  install(CODE "file(CREATE_LINK \"${libtorch}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/fthost/libtorch\" SYMBOLIC)")
endif()

# find_package(fthost).
configure_file(cmake/fthostConfig.cmake.in "${CMAKE_BINARY_DIR}/package/fthostConfig.cmake" @ONLY)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/package/fthostConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/package/fthostConfig.cmake" "${CMAKE_BINARY_DIR}/package/fthostConfigVersion.cmake"
  cmake/FthostAddPlugin.cmake cmake/FthostTorch.cmake DESTINATION lib/cmake/fthost)

# What `fthost new` writes.
install(DIRECTORY sdk/templates DESTINATION share/fthost)

# The manual page says what --help says.
set(manual "${CMAKE_BINARY_DIR}/share/man/man1/fthost.1")
add_custom_command(OUTPUT "${manual}" VERBATIM
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/generate-manual" "$<TARGET_FILE:fthost>" "${manual}"
  DEPENDS fthost scripts/generate-manual)
add_custom_target(manual ALL DEPENDS "${manual}")
install(FILES "${manual}" DESTINATION share/man/man1)

install(FILES apps/fthost/completion/fthost.bash DESTINATION share/bash-completion/completions RENAME fthost)
install(FILES apps/fthost/completion/fthost.zsh DESTINATION share/zsh/site-functions RENAME _fthost)
install(FILES apps/fthost/completion/fthost.fish DESTINATION share/fish/vendor_completions.d)

install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE DESTINATION share/doc/fthost)
install(DIRECTORY docs DESTINATION share/doc/fthost)
