collect_ignore = ["open_project.py"]  # runs under Debian's python3, which has QGIS
