"""What people see. Each file is a noun; every public function takes a session and a Viewer, and only reads."""
