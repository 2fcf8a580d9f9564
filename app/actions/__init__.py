"""What people do. Each file is a noun; every public function takes a writing session and a Viewer; none commits."""
