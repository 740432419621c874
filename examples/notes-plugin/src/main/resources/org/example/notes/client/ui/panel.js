// The notes, shown. The web interface gives the list; texts are never taken for HTML.
class NotesPanel extends HTMLElement {
  set notes(list) {
    const items = list.map((note) => {
      const item = document.createElement('li');
      item.textContent = note.text;
      return item;
    });
    const notes = document.createElement('ul');
    notes.className = 'notes';
    notes.replaceChildren(...items);
    this.replaceChildren(notes);
  }
}

customElements.define('notes-panel', NotesPanel);
