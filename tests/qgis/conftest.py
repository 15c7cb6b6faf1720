collect_ignore = ["open_project.py", "edit_layer.py", "pictures.py"]  # run under Debian's python3, which has QGIS
