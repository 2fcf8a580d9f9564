// Pictures of what a page shows, saved as PNG: of a chart, or of a list drawn here as bars.
const SCALE = 2;
const style = () => getComputedStyle(document.documentElement);
const colour = (tone) => style().getPropertyValue(`--${tone}`).trim();

function save(address, title) {
  const link = document.createElement("a");
  link.href = address;
  link.download = `${title.replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase()}.png`;
  link.click();
}

const said = (node) => node?.textContent.replace(/\s+/g, " ").trim() ?? "";

// The rows of a list or of the bar of shares: name, figures, length of the bar, colour.
function rowsOf(box) {
  const shares = [...box.querySelectorAll("[data-bar]")].map((item) => ({ name: said(item), figures: "", share: Number(item.dataset.bar), tone: item.dataset.tone }));
  if (shares.length) return shares;
  return [...box.querySelectorAll("tbody tr")].map((row) => ({
    name: said(row.querySelector(".name")), figures: [...row.querySelectorAll("td")].map(said).join("   "),
    share: Number(row.querySelector("rect").getAttribute("width")) / 100, tone: "accent",
  }));
}

function drawBars(title, rows) {
  const canvas = document.createElement("canvas");
  const width = 640, line = 30, top = 44;
  canvas.width = width * SCALE;
  canvas.height = (top + rows.length * line + 12) * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = colour("surface");
  pen.fillRect(0, 0, width, canvas.height);
  pen.textBaseline = "middle";
  const write = (text, x, y, tone, font, align = "left") => {
    [pen.fillStyle, pen.font, pen.textAlign] = [colour(tone), `${font} ${style().getPropertyValue("--sans")}`, align];
    pen.fillText(text, x, y);
  };
  write(title, 16, 24, "text", "600 15px");
  rows.forEach((row, n) => {
    const y = top + n * line;
    [pen.fillStyle, pen.globalAlpha] = [colour(row.tone), 0.22];
    pen.fillRect(16, y + 3, (width - 32) * row.share, line - 6);
    pen.globalAlpha = 1;
    write(row.name, 24, y + line / 2, "text", "14px");
    write(row.figures, width - 20, y + line / 2, "muted", "13px", "right");
  });
  return canvas.toDataURL("image/png");
}

// `chartOf` finds the chart that is drawn in a figure.
export function offerPictures(chartOf) {
  for (const button of document.querySelectorAll("[data-png]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const chart = chartOf(button.closest("figure"));
      const title = button.dataset.png;
      save(chart ? chart.getDataURL({ pixelRatio: SCALE, backgroundColor: colour("surface") }) : drawBars(title, rowsOf(button.closest("section, .share"))), title);
    });
  }
}
